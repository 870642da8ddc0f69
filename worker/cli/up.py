"""Every process for one machine, supervised until a signal stops them."""

import fcntl
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen
from threading import Event
from time import monotonic
from typing import Final

import httpx
import typer

from worker.cli import embedded
from worker.cli.bootstrap import bring_up_to_date, make_default_tenant
from worker.cli.process_list import Wanted, assemble
from worker.cli.supervision import end, supervise, write_configuration
from worker.domain.errors import Rejected
from worker.settings import Settings, environment, read_settings
from worker.wiring import checked

START_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.1
EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not listened on


class CannotStart(Rejected):
    """Something on this machine prevents the start; the message says what, and what to do."""


def up(host: str, port: int, flower_port: int, workers: int) -> None:
    """Run everything on this machine until a signal arrives."""
    chosen = checked(read_settings(beside_up=False))
    wanted = Wanted(host=host, port=port, flower_port=flower_port, workers=workers)
    refuse_used_ports({"port": (host, port), "flower-port": (embedded.LOOPBACK, flower_port)})
    with sole_use_of(chosen.home) as home, stopped_by_signals() as stop:
        prepare(chosen)
        with running(chosen, base=environment(), home=home, wanted=wanted) as supervisor:
            address = url_of(host, port)
            wait_until_ready(address, supervisor=supervisor, stop=stop)
            if not stop.is_set():
                _greet(address, flower_port=flower_port, home=home)
            while supervisor.poll() is None and not stop.wait(LOOK_SECONDS):
                pass
    if not stop.is_set():
        raise CannotStart(f"the supervisor ended by itself; see {home / 'log'}")


def prepare(chosen: Settings) -> None:
    """Bring the database up to date; print a token when the default tenant is created."""
    bring_up_to_date(chosen)
    token = make_default_tenant(chosen)
    if token:
        typer.echo(f"Token of the tenant `default`, shown this once: {token}", err=True)


@contextmanager
def running(
    chosen: Settings, *, base: Mapping[str, str], home: Path, wanted: Wanted, quiet: bool = False
) -> Iterator[Popen[bytes]]:
    """Run all processes while the block runs; a file with their addresses exists as long."""
    whole = assemble(chosen, home=home, wanted=wanted)
    configuration = write_configuration(home, whole.children, quiet=quiet)
    note = embedded.write_note(home, whole.addresses)
    try:
        supervisor = supervise(configuration, environment=whole.environment(base, home=home))
        try:
            yield supervisor
        finally:
            end(supervisor)
    finally:
        note.unlink(missing_ok=True)


@contextmanager
def sole_use_of(home: Path) -> Iterator[Path]:
    """Prevent a second ``up`` in the same home."""
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(f"another `callbeat up` runs in {home}") from error
        yield home


@contextmanager
def stopped_by_signals() -> Iterator[Event]:
    """Yield an event that Ctrl-C, SIGTERM and a closed terminal set."""
    stop = Event()
    with ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            before = signal.signal(number, lambda *_: stop.set())
            stack.callback(signal.signal, number, before)
        yield stop


def refuse_used_ports(options: dict[str, tuple[str, int]]) -> None:
    """Raise at once when a port is taken, instead of in a child's log."""
    for option, (host, port) in options.items():
        if not embedded.is_free(host, port):
            raise CannotStart(f"port {port} on {host} is in use: choose another with --{option}")


def wait_until_ready(address: str, *, supervisor: Popen[bytes], stop: Event) -> None:
    """Wait until the API reports that its parts are ready."""
    deadline = monotonic() + START_SECONDS
    with httpx.Client(base_url=address, timeout=2, trust_env=False) as client:
        while not _is_ready(client):
            if stop.wait(LOOK_SECONDS):
                return
            if supervisor.poll() is not None or monotonic() > deadline:
                raise CannotStart("the API did not come up")


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/health/ready").is_success
    except httpx.TransportError:
        return False


def url_of(host: str, port: int) -> str:
    """Return the URL at which this machine reaches its own server."""
    name = embedded.LOOPBACK if host in EVERYWHERE else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _greet(address: str, *, flower_port: int, home: Path) -> None:
    typer.echo(
        f"""
Callbeat is up.
  API      {address}/docs
  Flower   {url_of(embedded.LOOPBACK, flower_port)}
  logs     {home / "log"}
  token    `callbeat token create --tenant default` makes one
  try      curl -H "Authorization: Bearer $TOKEN" {address}/v3/campaign
Ctrl-C ends everything.
""",
        err=True,
    )
