"""One process each, for ``callbeat up`` and for production's own supervisors."""

import logging
import signal
import sys
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from threading import Event
from typing import Final

import uvicorn
from pendulum import DateTime, Duration
from typing_extensions import override

from worker import log
from worker.cli import embedded
from worker.domain.call import CallEvent
from worker.jobs import names
from worker.jobs.app import run_command
from worker.listener import Listener
from worker.ports.dispatch.telephony import EventSource
from worker.simulator.options import PASSWORD, SimulatorOptions
from worker.simulator.server import run_simulator
from worker.telephony.address import DEFAULT_PORT, SwitchUrl
from worker.wiring import api_services, event_sources, redis_url, services, settings, switches

logger = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"
GRACE_SECONDS: Final = 5
THREADS_SWITCH_SECONDS: Final = 0.0005
"""Threads that dial paced calls wake on time beside a busy task; with the default of Python that takes up to 5 ms."""


def api(host: str, port: int) -> None:
    """Serve the HTTP API."""
    _begin()
    api_services()  # a wrong setting stops the process at start instead of at the first request
    uvicorn.run(
        "api.app:create_app",
        factory=True,
        host=host,
        port=port,
        http="api.server:JsonProtocol",
        ws="none",
        log_config=None,
        access_log=False,
        workers=1,  # uvicorn would take WEB_CONCURRENCY and FORWARDED_ALLOW_IPS from the environment
        forwarded_allow_ips=LOOPBACK,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def worker(queues: str, concurrency: int, name: str) -> None:
    """Run tasks: one at a time, or in threads if the queue ``callbacks``, which waits on receivers, is among them."""
    _begin()
    services()
    sys.setswitchinterval(THREADS_SWITCH_SECONDS)
    threaded = names.CALLBACKS in queues.split(",")
    pool = ["--pool=threads", f"--concurrency={concurrency}"] if threaded else ["--pool=solo"]
    options = [f"--queues={queues}", f"--hostname={name}@%h", *pool, "--without-gossip", "--without-mingle"]
    run_command("--quiet", "worker", *options)


def beat() -> None:
    """Ask every second for what is due."""
    _begin()
    redis_url(settings())
    run_command("--quiet", "beat")


def flower(host: str, port: int) -> None:
    """Serve Flower."""
    _begin()
    redis_url(settings())
    run_command("--quiet", "flower", f"--address={host}", f"--port={port}", "--persistent=False")


def listener() -> None:
    """Receive the switches' events, with one thread for each, until a signal stops the process."""
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


def switch(url: str, options: SimulatorOptions) -> None:
    """Run the simulated switch at the address of ``url``, or of the first configured switch."""
    _begin()
    address = SwitchUrl.parse(url) if url else next(iter(switches()), None)
    host = address.host if address else LOOPBACK
    port = address.port if address else DEFAULT_PORT
    password = address.password if address else PASSWORD
    run_simulator(replace(options, host=host, port=port, password=password))


def broker(port: int) -> None:
    """Serve Redis' protocol from memory."""
    _begin()
    embedded.serve_without_redis(port)


class _Stopped(Exception):
    """The process got a signal to end."""


class _UntilStopped(EventSource):
    """A source of events that ends its reader between two reads, so that every event that was read is handled."""

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

    @property
    @override
    def clock_skew(self) -> Duration | None:
        return self._source.clock_skew

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
