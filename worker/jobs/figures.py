"""How long the work of this process takes, as Prometheus asks for it at a port of the process."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from worker.domain.errors import Unavailable
from worker.jobs import names
from worker.jobs.call_figures import CallFigures

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Histogram

BUCKETS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0)
"""Seconds."""
SETTLE: Final = "settle_events"
"""The work of a listener, under a name beside those of tasks."""


class WorkFigures:
    """Measures pieces of work by name. It costs nothing before a port is opened.

    Names are those of our tasks and a few more, so that the number of time series is bounded.
    """

    def __init__(self) -> None:
        """Measure nothing yet."""
        self._registry: CollectorRegistry | None = None
        self._seconds: Histogram | None = None
        self._put_off: Counter | None = None
        self.calls: CallFigures | None = None

    def measure(self) -> "CollectorRegistry":
        """Measure from now on; return what holds the figures."""
        from prometheus_client import (  # noqa: PLC0415 - takes 60 ms
            CollectorRegistry,
            Counter,
            Histogram,
            disable_created_metrics,
        )

        disable_created_metrics()  # type: ignore[no-untyped-call]  # untyped; a useless series for each counter
        registry = self._registry = CollectorRegistry()
        text = "How long pieces of work took: tasks by their name, and batches of a switch's events."
        self._seconds = Histogram("callbeat_work_seconds", text, ["work"], buckets=BUCKETS, registry=registry)
        text = "Pieces of work that were put off because a part was away."
        self._put_off = Counter("callbeat_work_put_off", text, ["work"], registry=registry)
        for work in (*names.QUEUE_OF, SETTLE):
            self._put_off.labels(work)  # 0 now, so that its first increase is seen
        self.calls = CallFigures(registry)
        return registry

    def tell_clock(self, ahead_seconds: Callable[[], float]) -> None:
        """Add how far this machine's clock is ahead of the database's; it is read at each scrape."""
        from prometheus_client import Gauge  # noqa: PLC0415 - see above

        text = "How far this machine's clock is ahead of the database's."
        Gauge("callbeat_clock_skew_seconds", text, registry=self._registry).set_function(ahead_seconds)

    def text(self) -> str:
        """Return all figures in Prometheus' text format."""
        from prometheus_client import generate_latest  # noqa: PLC0415 - see above

        return "" if self._registry is None else generate_latest(self._registry).decode()

    def serve(self, *, host: str, port: int) -> int:
        """Measure from now on, and answer at this port, 0 for a free one; return it.

        Raises ``OSError`` if it is taken.
        """
        from prometheus_client import start_http_server  # noqa: PLC0415 - see above

        server, _ = start_http_server(port, addr=host, registry=self.measure())
        return server.server_port

    @contextmanager
    def measured(self, work: str) -> Iterator[None]:
        """Measure a block; one that ends with ``Unavailable`` counts as put off, too."""
        if self._seconds is None or self._put_off is None:
            yield
            return
        began = time.perf_counter()
        try:
            yield
        except Unavailable:
            self._put_off.labels(work).inc()
            raise
        finally:
            self._seconds.labels(work).observe(time.perf_counter() - began)


@cache
def work_figures() -> WorkFigures:
    """Return the figures of this process."""
    return WorkFigures()
