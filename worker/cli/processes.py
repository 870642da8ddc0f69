"""One process each, for ``callbeat up`` and for production's own supervisors."""

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final, TypeAlias

from worker import log
from worker.cli import embedded
from worker.cli.extras import MissingExtra
from worker.cli.flower import flower_options
from worker.cli.listening import Listeners
from worker.cli.open_files import allow_open_files
from worker.cli.signals import ENDING, ends_on_signals
from worker.cli.unknown_variables import unknown_variables
from worker.domain.errors import Unavailable
from worker.domain.switch_address import DEFAULT_PORT, SwitchUrl
from worker.jobs import names
from worker.jobs.app import run_command
from worker.jobs.figures import work_figures
from worker.ports.dispatch.traces import TRACES
from worker.ports.dispatch.watching import WATCHERS
from worker.settings import environment
from worker.simulator.options import PASSWORD, SimulatorOptions
from worker.simulator.server import run_simulator
from worker.wiring import Services, api_services, event_source, redis_url, services, settings, stopping, switches

logger = logging.getLogger(__name__)

Address: TypeAlias = tuple[str, int]
"""Host and port."""
LOOPBACK: Final = "127.0.0.1"
THREADS_SWITCH_SECONDS: Final = 0.0005
"""Threads that dial paced calls wake on time beside a busy task; with the default of Python that takes up to 5 ms."""
NOT_STARTED: Final = 3


def api(host: str, port: int) -> None:
    """Serve the HTTP API."""
    _begin()
    _trace_as("api")
    _refuse_older_schema(api_services())  # a wrong setting stops the process at start instead of at the first request
    serve: Callable[..., bool] = import_module("api.server").serve  # by its name, because `api` imports this package
    proxies = [str(network) for network in settings().trusted_proxies]
    if not serve(host, port, open_files=allow_open_files(), ending=ENDING, proxies=proxies):
        sys.exit(NOT_STARTED)


def worker(queues: str, concurrency: int, name: str, metrics: Address) -> None:
    """Run tasks: one at a time, or in threads if the queue ``callbacks``, which waits on receivers, is among them."""
    _begin()
    _trace_as("worker")
    _refuse_older_schema(services())
    _measure_at(metrics)
    sys.setswitchinterval(THREADS_SWITCH_SECONDS)
    threaded = names.CALLBACKS in queues.split(",")
    pool = ["--pool=threads", f"--concurrency={concurrency}"] if threaded else ["--pool=solo"]
    options = [f"--queues={queues}", f"--hostname={name}@%h", *pool, "--without-gossip", "--without-mingle"]
    run_command("--quiet", "worker", *options)


def beat(metrics: Address) -> None:
    """Ask every second for what is due."""
    _begin()
    _refuse_older_schema(services())
    _measure_at(metrics)
    run_command("--quiet", "beat")


def flower(host: str, port: int) -> None:
    """Serve Flower."""
    _begin()
    redis_url(settings())
    options = flower_options(host, port, home=settings().home, environment=environment())
    run_command("--quiet", "flower", *options)


def listener(metrics: Address) -> None:
    """Receive the events of the switches in the rows until a signal comes and no call needs them any more."""
    _set_up_log()
    stop = stopping()
    ends_on_signals(stop, first=stop.request)
    _trace_as("listener")
    ready = services()
    _refuse_older_schema(ready)
    _measure_at(metrics)
    make_source = partial(event_source, clock=ready.clock)
    Listeners(ready, first=switches(), make_source=make_source, stop=stop).run()


def voice(host: str, port: int, metrics_port: int) -> None:
    """Speak with callees until a signal comes and none of them is on the line any more."""
    run: Callable[..., None] = import_module("worker.cli.speaking").speak  # asyncio and sounds are needed by it alone
    _begin(first=stopping().request)
    _trace_as("voice")
    ready = services()
    _refuse_older_schema(ready)
    run(ready, settings(), host=host, port=port, metrics_port=metrics_port, stop=stopping())


def switch(url: str, options: SimulatorOptions) -> None:
    """Run the simulated switch at the address of ``url``, or of the first configured switch."""
    log.configure(settings().log_level)
    address = SwitchUrl.parse(url) if url else next(iter(switches()), None)
    host = address.host if address else LOOPBACK
    port = address.port if address else DEFAULT_PORT
    password = address.password if address else PASSWORD
    run_simulator(replace(options, host=host, port=port, password=password))


def broker(port: int | None, path: Path | None) -> None:
    """Serve Redis' protocol from memory."""
    log.configure(settings().log_level)
    embedded.serve_without_redis(port=port, path=path)


def _trace_as(process: str) -> None:
    """Export traces if a collector is set. Raises ``MissingExtra``."""
    url, share = settings().traces_url, settings().traces_share
    if url is None:
        return
    try:
        from worker.traces import tracer_to  # noqa: PLC0415 - takes 0.3 s, and needs an extra
    except ModuleNotFoundError as error:
        raise MissingExtra("CALLBEAT_TRACES_URL needs the extra: pip install 'callbeat[opentelemetry]'") from error
    TRACES.tracer = tracer_to(url, process=process, share=share)


def _begin(*, first: Callable[[], None] = sys.exit) -> None:
    """Set up the log, and end the process in time after a signal, whatever it waits for then."""
    _set_up_log()
    ends_on_signals(stopping(), first=first)


def _measure_at(address: Address) -> None:
    """Answer Prometheus at this host and port; port 0: nowhere."""
    host, port = address
    if not port:
        return
    figures = work_figures()
    figures.serve(host=host, port=port)
    figures.tell_clock(services().clock.ahead_seconds)
    if figures.calls is not None:
        WATCHERS.add(figures.calls)


def _refuse_older_schema(parts: Services) -> None:
    """End the process when the database has to be migrated first; one that is away is waited for."""
    with suppress(Unavailable):
        parts.store.check_schema()
        for risk in parts.store.durability_risks():
            logger.warning(risk, extra={"action": "commits_at_risk"})


def _set_up_log() -> None:
    log.configure(settings().log_level)
    for line in unknown_variables(environment()):
        logger.warning(line, extra={"action": "variable_unknown"})
