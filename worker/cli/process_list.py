"""Which processes make a whole Callbeat on one machine, and their environment."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from worker.cli import embedded
from worker.cli.metrics_ports import with_metrics
from worker.cli.supervision import Child, Group
from worker.domain.switch_address import SwitchUrl
from worker.jobs import names
from worker.settings import PREFIX, Settings

SWITCH_RECORD: Final = "switch.jsonl"
"""In the home: the simulated switch's log of the calls it carried."""
HEARD: Final = "heard.jsonl"
"""In the home: what callees of the simulated switch heard and did."""
JSON_CDR: Final = "json_cdr.conf.xml"
"""In the home: where the simulated switch posts CDRs, and with which secret."""
UNSENT: Final = "cdr-unsent"
"""In the home: CDRs that the simulated switch could not post."""
LISTENERS: Final = ("listener", "listener-2")
"""Two: a standby listener has received what a leader misses when it dies, and a switch sends no event twice."""
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
QUICK_QUEUES: Final = f"{names.PLAN},{names.CALLS},{names.MAINTENANCE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user of ``up`` or ``demo`` may choose."""

    host: str
    port: int
    flower_port: int | None
    workers: int
    speed: float = 1.0
    metrics_port: int = 0
    """The first port at which processes tell their metrics; 0: none."""


@dataclass(slots=True)
class Whole:
    """Processes to run, and the addresses of the embedded parts among them."""

    children: list[Child] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, int] = field(default_factory=dict)
    """The ports at which processes tell their metrics, by the process's name."""

    def environment(self, base: Mapping[str, str], *, home: Path) -> dict[str, str]:
        """Return the environment in which the processes find each other."""
        found = {f"{PREFIX}{name.upper()}": value for name, value in self.addresses.items()}
        return {**base, **found, f"{PREFIX}HOME": str(home), "PYTHONUNBUFFERED": "1"}


def assemble(settings: Settings, *, home: Path, wanted: Wanted) -> Whole:
    """Return everything that has to run, with a broker and a switch where none is configured."""
    whole = Whole()
    if settings.redis_url is None:
        broker = embedded.broker(home)
        whole.addresses["redis_url"] = broker.url
        whole.children.append(Child("redis", broker.command, group=Group.GROUND))
    if not settings.switch_urls:
        whole.addresses["switch_urls"] = embedded.switch_url(home)
        files = (f"--record={home / SWITCH_RECORD}", f"--heard={home / HEARD}", f"--json-cdr={home / JSON_CDR}")
        options = (f"--speed={wanted.speed}", *files)
        whole.children.append(Child("switch", _callbeat("switch", *options), group=Group.GROUND))
    whole.children += _processes(wanted)
    _add_voice(whole, settings, home=home, wanted=wanted)
    if wanted.metrics_port:
        whole.children, whole.metrics = with_metrics(whole.children, first=wanted.metrics_port)
    return whole


def _add_voice(whole: Whole, settings: Settings, *, home: Path, wanted: Wanted) -> None:
    """Add voice processes, unless the operator has some, or a dialplan of his own, or a switch on another machine.

    A switch that is not ours has a user of its own, who may not read the home: it fetches sounds from the API.
    """
    if settings.voice_urls or settings.answer_application is not None or not _all_here(settings.switch_urls):
        return
    addresses = embedded.voice_addresses(home)
    whole.addresses["voice_urls"] = ",".join(addresses)
    if settings.switch_urls and settings.sounds_url is None:
        whole.addresses["sounds_url"] = f"http_cache://{embedded.url_of(wanted.host, wanted.port)}/sounds"
    for number, address in enumerate(addresses, start=1):
        host, _, port = address.rpartition(":")
        whole.children.append(Child(f"voice-{number}", _callbeat("voice", f"--host={host}", f"--port={port}")))


def _all_here(switch_urls: Sequence[str]) -> bool:
    return all(SwitchUrl.parse(url).host in _THIS_MACHINE for url in switch_urls)


def _processes(wanted: Wanted) -> list[Child]:
    api = _callbeat("api", f"--host={wanted.host}", f"--port={wanted.port}")
    children = [Child("api", api), *(Child(name, _callbeat("listener"), Group.LISTENER) for name in LISTENERS)]
    quick = [f"worker-{number}" for number in range(1, wanted.workers + 1)]
    children += [
        Child(name, _callbeat("worker", f"--queues={QUICK_QUEUES}", f"--name={name}"), Group.DIALLING) for name in quick
    ]
    # Imports run in a thread beside the callbacks: a process of their own would cost memory that is mostly idle.
    serving = {names.CALLBACKS: f"{names.CALLBACKS},{names.IMPORTS}", names.SPEECH: names.SPEECH}
    children += [
        Child(name, _callbeat("worker", f"--queues={queues}", f"--name={name}")) for name, queues in serving.items()
    ]
    children.append(Child("beat", _callbeat("beat"), Group.DIALLING))
    if wanted.flower_port is not None:
        children.append(Child("flower", _callbeat("flower", f"--port={wanted.flower_port}")))
    return children


def _callbeat(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "worker.cli", *arguments]
