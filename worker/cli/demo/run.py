"""The steps of the demonstration: start everything, set a campaign up, dial it, sum up."""

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import KW_ONLY, dataclass
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from threading import Event
from typing import Final

from pendulum import DateTime
from pydantic import SecretStr
from rich.console import Console

from worker.cli import embedded
from worker.cli.demo.heard import names_of, sample_of, words_of
from worker.cli.demo.operator import Operator
from worker.cli.demo.people import people
from worker.cli.demo.receiver import Receiver, receiving
from worker.cli.demo.summary import Summary, first_dial_after, keys_of, received_of, show
from worker.cli.demo.watch import Sight, line, look, screen
from worker.cli.plain_text import plain
from worker.cli.process_list import HEARD, SWITCH_RECORD, Wanted
from worker.cli.progress import progress
from worker.cli.up import prepare, running, wait_until_ready
from worker.clock import SystemClock
from worker.domain.errors import Unavailable
from worker.settings import PREFIX, Settings, defaults, environment
from worker.simulator.heard import read_heard
from worker.simulator.log import peak, read_log

CHANNELS: Final = 25
RECALLS: Final = 2
PATIENCE_SECONDS: Final = 60.0
"""The demonstration gives up when nothing changes for this long."""
LOOK_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Demo:
    """What was requested, and where it runs."""

    console: Console
    _: KW_ONLY
    home: Path
    began: DateTime
    leads: int
    speed: float
    keep: bool
    stop: Event

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return (SystemClock().now() - self.began).total_seconds()


@dataclass(frozen=True, slots=True)
class Stage:
    """Both ends of the campaign: its operator, and the receiver of its CDRs."""

    operator: Operator
    receiver: Receiver
    address: str
    token: str
    chosen: Settings


def run(demo: Demo) -> bool:
    """Run the whole demonstration; return True when everything came out as expected."""
    demo.console.print(plain(f"Starting Callbeat in {demo.home} …"), soft_wrap=True)
    with _stage(demo) as stage:
        if demo.stop.is_set():
            return False
        _set_up(stage, demo=demo)
        demo.console.print(f"{demo.seconds:5.1f} s  the campaign is set up, {demo.leads} leads imported: start")
        started = SystemClock().now()
        stage.operator.start()
        last = _watch(stage, demo=demo)
        summary = _sum_up(stage, demo=demo, last=last, started=started)
        show(summary, demo.console)
        if demo.keep and not demo.stop.is_set():
            _stay(stage, demo=demo)
        return summary.is_well


@contextmanager
def _stage(demo: Demo) -> Iterator[Stage]:
    token = secrets.token_urlsafe(24)
    signing = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    chosen = defaults(
        home=demo.home,
        api_token=SecretStr(token),
        callback_secret=SecretStr(signing),
        callback_allow=(ip_network("127.0.0.0/8"),),
    )
    flower_port = embedded.free_port() if demo.keep else None
    wanted = Wanted(
        host=embedded.LOOPBACK, port=embedded.free_port(), flower_port=flower_port, workers=2, speed=demo.speed
    )
    address = embedded.url_of(wanted.host, wanted.port)
    with progress("database", stays=False):
        prepare(chosen)
    with (
        running(chosen, base=_environment(chosen), home=demo.home, wanted=wanted, quiet=True) as supervisor,
        receiving(secret=signing) as receiver,
        Operator(address, token=token) as operator,
    ):
        with progress("starting", stays=False) as show_start:
            wait_until_ready(address, home=demo.home, supervisor=supervisor, stop=demo.stop, show=show_start)
        if flower_port and not demo.stop.is_set():
            demo.console.print(f"Flower is at {embedded.url_of(embedded.LOOPBACK, flower_port)}")
        yield Stage(operator, receiver, address, token, chosen)


def _environment(chosen: Settings) -> dict[str, str]:
    """Return the environment of the demonstration's processes: its own settings, whatever this shell sets."""
    ours = {
        "API_TOKEN": chosen.api_token.get_secret_value() if chosen.api_token else "",
        "CALLBACK_SECRET": chosen.callback_secret.get_secret_value() if chosen.callback_secret else "",
        "CALLBACK_ALLOW": ",".join(map(str, chosen.callback_allow)),
    }
    others = {name: value for name, value in environment().items() if not name.startswith(PREFIX)}
    return others | {PREFIX + name: value for name, value in ours.items()}


def _set_up(stage: Stage, *, demo: Demo) -> None:
    """PUT the documented body unchanged, then what a demonstration needs: any hour, more channels, a receiver."""
    stage.operator.set_up(channels=CHANNELS)
    stage.operator.change(
        schedules=[],
        schedule_recall="after",
        recall_times=RECALLS,
        concurrent_call=CHANNELS,
        callback_url=stage.receiver.url,
    )
    with progress("leads", stays=False) as show_leads:
        stage.operator.import_leads(people(demo.leads), show=show_leads)


def _watch(stage: Stage, *, demo: Demo) -> Sight:
    """Show the campaign until it is over or a signal stops it; wait while the API is briefly unreachable."""
    with screen(demo.console) as show_sight:
        last = Sight(seconds=demo.seconds, limit=CHANNELS)
        while not last.is_over and not demo.stop.wait(LOOK_SECONDS):
            with suppress(Unavailable):
                seen = look(stage.operator.monitor(), receiver=stage.receiver, limit=CHANNELS, seconds=demo.seconds)
                last = last if seen.is_like(last) else seen
                show_sight(seen)
            if demo.seconds - last.seconds > PATIENCE_SECONDS:
                raise Unavailable(f"nothing has changed for {PATIENCE_SECONDS:.0f} s: {line(last)}")
        show_sight(last)
        return last


def _sum_up(stage: Stage, *, demo: Demo, last: Sight, started: DateTime) -> Summary:
    calls = stage.operator.call_ids()
    outcomes, recalls, received = received_of(stage.receiver, calls=calls)
    log = read_log(demo.home / SWITCH_RECORD)
    return Summary(
        leads=demo.leads,
        leads_done=last.done,
        outcomes=outcomes,
        recalls=recalls,
        calls=len(calls),
        cdrs_received=received,
        cdrs_refused=stage.receiver.refused,
        peak=peak(log),
        limit=CHANNELS,
        first_dial_ms=first_dial_after(started.timestamp(), log),
        seconds=demo.seconds,
        keys=keys_of(stage.receiver, calls=calls),
        sample=_sample(stage, demo=demo),
    )


def _sample(stage: Stage, *, demo: Demo) -> str:
    lines = read_heard(demo.home / HEARD)
    with names_of(stage.chosen) as names:
        words = partial(words_of, template=stage.operator.template, names=names)
        return sample_of(lines, callees=people(demo.leads), words=words)


def _stay(stage: Stage, *, demo: Demo) -> None:
    demo.console.print(
        f"API      {stage.address}/docs\ntoken    {stage.token}\ncampaign {stage.operator.campaign}\n"
        "The seed document's curl works with this host and token. Ctrl-C ends everything.",
        soft_wrap=True,
    )
    demo.stop.wait()
