"""One process each, for ``callbeat up`` and for production's own supervisors."""

import logging
import signal
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event
from typing import Annotated, Final

import typer
import uvicorn
from pendulum import DateTime, Duration
from typing_extensions import override

from worker import log
from worker.cli import embedded
from worker.domain.call import CallEvent
from worker.jobs import names
from worker.jobs.app import THREADS, app
from worker.listener import Listener
from worker.ports.dispatch.telephony import EventSource
from worker.simulator.options import PASSWORD, SimulatorOptions
from worker.simulator.server import run_simulator
from worker.telephony.address import DEFAULT_PORT, SwitchUrl
from worker.wiring import api_services, event_sources, redis_url, services, settings, switches

logger = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"
GRACE_SECONDS: Final = 5

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def api(host: Host = LOOPBACK, port: Port = 8000) -> None:
    """Serve the HTTP API."""
    _begin()
    api_services()  # a wrong setting stops the process here and not the first request
    uvicorn.run(
        "api.app:create_app",
        factory=True,
        host=host,
        port=port,
        http="api.server:JsonProtocol",
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def worker(
    queues: Annotated[str, typer.Option(help="Queues to take tasks from, separated by commas.")] = ",".join(
        sorted(set(names.QUEUE_OF.values()))
    ),
    concurrency: Annotated[int, typer.Option(min=1, help="Threads, where callbacks are among the queues.")] = THREADS,
    name: Annotated[str, typer.Option(help="Name in Flower.")] = "worker",
) -> None:
    """Take tasks: one at a time, or with threads where callbacks, which wait on others, are among them."""
    _begin()
    services()
    threaded = names.CALLBACKS in queues.split(",")
    pool = ["--pool=threads", f"--concurrency={concurrency}"] if threaded else ["--pool=solo"]
    app.worker_main(
        [
            "--quiet",
            "worker",
            f"--queues={queues}",
            f"--hostname={name}@%h",
            *pool,
            "--without-gossip",
            "--without-mingle",
        ]
    )


def beat() -> None:
    """Ask each second for what is due."""
    _begin()
    redis_url(settings())
    app.start(["--quiet", "beat"])


def flower(host: Host = LOOPBACK, port: Port = 5555) -> None:
    """Show workers, queues and tasks; keep it on the loopback address or behind a login of your own."""
    _begin()
    redis_url(settings())
    app.start(["--quiet", "flower", f"--address={host}", f"--port={port}", "--persistent=False"])


def listener() -> None:
    """Hear the switches, with one thread for each, until it is told to stop; a second listener stands by."""
    _begin()
    ready, stop = services(), Event()
    sources = [_UntilStopped(source, stop=stop) for source in event_sources(ready.clock)]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ThreadPoolExecutor(len(sources)) as threads:
        holder = ready.new_id()
        heard = [threads.submit(Listener(ready, source, holder=holder).run) for source in sources]
        wait(heard, return_when=FIRST_EXCEPTION)
        stop.set()
    for future in heard:
        if not isinstance(error := future.exception(), _Stopped) and error is not None:
            raise error


def switch(
    *,
    url: Annotated[str, typer.Option(help="Where to listen [default: the first of CALLBEAT_SWITCH_URLS].")] = "",
    speed: Annotated[float, typer.Option(min=0.01, help="Seconds of a call that pass in one second.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Of the calls' fates.")] = 1,
    by_last_digit: Annotated[bool, typer.Option(help="Let the number's last digit decide a call's fate.")] = False,
    max_sessions: Annotated[int, typer.Option(min=0, help="Calls that it carries at once.")] = 2000,
    record: Annotated[Path | None, typer.Option(help="File for its own log of what it carried.")] = None,
) -> None:
    """Run the simulated switch, which speaks FreeSWITCH's event socket and carries no calls."""
    _begin()
    address = SwitchUrl.parse(url) if url else next(iter(switches()), None)
    options = SimulatorOptions(
        host=address.host if address else LOOPBACK,
        port=address.port if address else DEFAULT_PORT,
        password=address.password if address else PASSWORD,
        seed=seed,
        speed=speed,
        by_last_digit=by_last_digit,
        max_sessions=max_sessions,
        log_path=record,
    )
    run_simulator(options)


def broker(port: Port) -> None:
    """Serve Redis' protocol from memory, where no redis-server is to be had."""
    _begin()
    embedded.serve_without_redis(port)


class _Stopped(Exception):
    """The process was told to end."""


class _UntilStopped(EventSource):
    """A source of events that ends its reader between two reads, so that whatever was read is handled."""

    def __init__(self, source: EventSource, *, stop: Event) -> None:
        self._source = source
        self._stop = stop

    @property
    @override
    def switch(self) -> str:
        return self._source.switch

    @property
    @override
    def listening_since(self) -> DateTime | None:
        return self._source.listening_since

    @property
    @override
    def dialable_from(self) -> DateTime | None:
        return self._source.dialable_from

    @override
    def read(self) -> list[CallEvent]:
        self._check()
        return self._source.read()

    @override
    def stand_by(self, memory: Duration | None) -> None:
        self._check()
        self._source.stand_by(memory)

    def _check(self) -> None:
        if self._stop.is_set():
            raise _Stopped


def _begin() -> None:
    log.configure(settings().log_level)
