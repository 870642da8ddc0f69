"""Every process for one machine, supervised until a signal stops them."""

import fcntl
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from subprocess import Popen
from threading import Event
from time import monotonic
from typing import Final

import httpx
import typer

from worker.cli import embedded
from worker.cli.bootstrap import bring_up_to_date, make_default_tenant, opened
from worker.cli.encryption import encrypt_own_database
from worker.cli.hold import held
from worker.cli.json_cdr import write_json_cdr
from worker.cli.metrics_ports import write_targets
from worker.cli.process_list import JSON_CDR, UNSENT, Wanted, assemble
from worker.cli.progress import Show, progress
from worker.cli.supervision import configured, end, still_running, supervise, write_configuration
from worker.cli.winding_down import TAIL_SECONDS, count_calls_up, wind_down
from worker.clock import SystemClock
from worker.domain.errors import Rejected
from worker.domain.switch import Switch
from worker.domain.switch_address import SwitchUrl
from worker.home import make_private
from worker.settings import Settings, environment, read_settings
from worker.stopping import notice_of_stop
from worker.wiring import checked

START_SECONDS: Final = 180.0
"""A dozen processes begin at once; on a busy machine with two cores that takes more than a minute."""
LOOK_SECONDS: Final = 0.1


class CannotStart(Rejected):
    """Something on this machine prevents the start; the message says what, and what to do."""


def up(
    host: str, port: int, flower_port: int | None, workers: int, *, metrics_port: int = 0, hold: bool = False
) -> None:
    """Run everything on this machine until a signal arrives; without a port for it, no Flower."""
    chosen = checked(read_settings(beside_up=False))
    wanted = Wanted(host=host, port=port, flower_port=flower_port, workers=workers, metrics_port=metrics_port)
    ports = {} if flower_port is None else {"flower-port": (embedded.LOOPBACK, flower_port)}
    refuse_used_ports({"port": (host, port), **ports})
    again = Event()
    with sole_use_of(chosen.home) as home, stopped_by_signals(again=again) as stop:
        prepare(chosen)
        if hold:
            _hold(chosen)
        with running(chosen, base=environment(), home=home, wanted=wanted) as supervisor:
            address = embedded.url_of(host, port)
            with progress("starting", stays=False) as show:
                wait_until_ready(address, home=home, supervisor=supervisor, stop=stop, show=show)
            if not stop.is_set():
                _greet(address, flower_port=flower_port, home=home, drain_seconds=chosen.drain_seconds)
            while supervisor.poll() is None and not stop.wait(LOOK_SECONDS):
                pass
            if stop.is_set():
                with notice_of_stop(home), opened(chosen) as store:
                    count = partial(count_calls_up, store)
                    wind_down(supervisor, home=home, drain_seconds=chosen.drain_seconds, again=again, count_calls=count)
    if not stop.is_set():
        raise CannotStart(f"the supervisor ended by itself; see {home / 'log'}")


def prepare(chosen: Settings) -> None:
    """Bring the database up to date; print a token when the default tenant is created."""
    bring_up_to_date(chosen)
    encrypt_own_database(chosen)
    token = make_default_tenant(chosen)
    if token:
        typer.echo(f"Token of the tenant `default`, shown this once: {token}", err=True)


def _hold(chosen: Settings) -> None:
    """Hold all dialling before the first process starts."""
    with opened(chosen) as store:
        typer.echo(f"Dialling is {held(store, why='started with --hold')}", err=True)


@contextmanager
def running(
    chosen: Settings, *, base: Mapping[str, str], home: Path, wanted: Wanted, quiet: bool = False
) -> Iterator[Popen[bytes]]:
    """Run all processes while the block runs; a file with their addresses exists as long."""
    whole = assemble(chosen, home=home, wanted=wanted)
    for port in whole.metrics.values():
        refuse_used_ports({"metrics-port": (embedded.LOOPBACK, port)})
    if "switch_urls" in whole.addresses:
        _let_embedded_switch_post_cdrs(chosen, whole.addresses["switch_urls"], home=home, wanted=wanted)
    stop_seconds = chosen.drain_seconds + TAIL_SECONDS
    configuration = write_configuration(home, whole.children, quiet=quiet, stop_seconds=stop_seconds)
    note = embedded.write_note(home, whole.addresses)
    write_targets(home, whole.metrics, api=(wanted.host, wanted.port))
    try:
        supervisor = supervise(configuration, environment=whole.environment(base, home=home))
        try:
            yield supervisor
        finally:
            end(supervisor, home=home, within_seconds=0 if quiet else stop_seconds)
    finally:
        note.unlink(missing_ok=True)


def _let_embedded_switch_post_cdrs(chosen: Settings, url: str, *, home: Path, wanted: Wanted) -> None:
    now = SystemClock().now()
    switch = Switch(name=SwitchUrl.parse(url).name, url=url, state_since=now, created_at=now)
    with opened(chosen) as store:
        api, unsent = embedded.url_of(wanted.host, wanted.port), {"err-log-dir": str(home / UNSENT)}
        write_json_cdr(store, home / JSON_CDR, switch=switch, api=api, more=unsent)


@contextmanager
def sole_use_of(home: Path) -> Iterator[Path]:
    """Prevent a second ``up`` in the same home."""
    home = make_private(home)
    with (home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(f"another `callbeat up` runs in {home}") from error
        refuse_beside(still_running(home), home=home)
        yield home


def refuse_beside(left: Mapping[str, int], *, home: Path) -> None:
    """Raise when processes of an ``up`` that was killed still run: they would dial beside the new ones."""
    if left:
        named = ", ".join(f"{name} (pid {pid})" for name, pid in left.items())
        kill = " ".join(["kill -9", *map(str, left.values())])
        raise CannotStart(
            f"processes of an earlier `callbeat up` run on in {home}: {named}. They end with their calls, or by {kill}"
        )


@contextmanager
def stopped_by_signals(*, again: Event | None = None) -> Iterator[Event]:
    """Yield an event that Ctrl-C, SIGTERM and a closed terminal set; another Ctrl-C or SIGTERM sets ``again``.

    A closed terminal may send its signal twice.
    """
    stop = Event()

    def heard(number: int, _frame: object) -> None:
        if stop.is_set() and number != signal.SIGHUP and again is not None:
            again.set()
        stop.set()

    with ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            stack.callback(signal.signal, number, signal.signal(number, heard))
        yield stop


def refuse_used_ports(options: dict[str, tuple[str, int]]) -> None:
    """Raise at once when a port is taken, instead of in a child's log."""
    for option, (host, port) in options.items():
        if not embedded.is_free(host, port):
            raise CannotStart(f"port {port} on {host} is in use: choose another with --{option}")


def wait_until_ready(address: str, *, home: Path, supervisor: Popen[bytes], stop: Event, show: Show) -> None:
    """Wait until the API reports that its parts are ready, and our voice processes accept switches.

    ``show`` receives how many processes run and how many of those answer, together.
    """
    deadline = monotonic() + START_SECONDS
    voices, processes = embedded.noted_voices(home), configured(home)
    with httpx.Client(base_url=address, timeout=2, trust_env=False) as client:
        while not all(answers := [_is_ready(client), *map(_accepts, voices)]):
            show(len(still_running(home)) + sum(answers), processes + len(answers))
            if stop.wait(LOOK_SECONDS):
                return
            if supervisor.poll() is not None or monotonic() > deadline:
                raise CannotStart("the API and the voice processes did not come up")


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/health/ready").is_success
    except httpx.TransportError:
        return False


def _accepts(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


def _greet(address: str, *, flower_port: int | None, home: Path, drain_seconds: int) -> None:
    flower = "" if flower_port is None else f"\n  Flower   {embedded.url_of(embedded.LOOPBACK, flower_port)}"
    typer.echo(
        f"""
Callbeat is up.
  API      {address}/docs{flower}
  logs     {home / "log"}
  token    `callbeat token create --tenant default` makes one
  try      curl -H "Authorization: Bearer $TOKEN" {address}/v3/campaign
Ctrl-C stops it: calls that are up get {drain_seconds} s; Ctrl-C again ends everything at once.
""",
        err=True,
    )
