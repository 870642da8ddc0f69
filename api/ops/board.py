"""What viewers see live: read once a second for all of a tenant's viewers together, while there are any."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from anyio import CapacityLimiter, to_thread

from worker.domain.errors import Unavailable

logger = logging.getLogger(__name__)

V = TypeVar("V")

EVERY_SECONDS: Final = 1.0
REST: Final = 9
"""A reading is followed by a pause of at least so many times its length, so that watching takes a tenth of one
processor at most, however large the tenant."""
READ_AT_ONCE: Final = 2
"""Threads of their own: those of requests (`concurrency_limit.py`) are never taken by viewers."""
MOST_VIEWERS: Final = 200
"""Streams of one process: each holds a connection, and costs its rendering."""
FULL: Final = "too many viewers: reload the page instead"

Read: TypeAlias = Callable[[Collection[V]], Mapping[V, str]]
"""Reads once for several views, and returns each one's HTML."""


@dataclass(slots=True)
class _Ticker(Generic[V]):
    """One tenant's viewers, and what was last read for them."""

    views: Counter[V] = field(default_factory=Counter)
    html: Mapping[V, str] = field(default_factory=dict)
    has_failed: bool = False
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: "asyncio.Task[None] | None" = None


@dataclass(frozen=True, slots=True)
class Update:
    """What a viewer receives: its HTML, None while nothing was read; ``is_old`` when the last reading failed."""

    html: str | None
    is_old: bool


class Board(Generic[V]):
    """The tickers of all tenants in this process. Used in one event loop."""

    def __init__(self, *, every_seconds: float = EVERY_SECONDS, most_viewers: int = MOST_VIEWERS) -> None:
        """Start without viewers."""
        self._every_seconds = every_seconds
        self._most_viewers = most_viewers
        self._tickers: dict[UUID, _Ticker[V]] = {}
        self._limiter: CapacityLimiter | None = None

    @property
    def viewers(self) -> int:
        """Return how many viewers there are."""
        return sum(ticker.views.total() for ticker in self._tickers.values())

    @asynccontextmanager
    async def watching(self, tenant_id: UUID, view: V, *, read: Read[V]) -> AsyncIterator[AsyncIterator[Update]]:
        """Yield the updates of a view, one for each reading. Raises ``Unavailable`` when there are too many viewers."""
        if self.viewers >= self._most_viewers:
            raise Unavailable(FULL)
        ticker = self._tickers.setdefault(tenant_id, _Ticker())
        ticker.views[view] += 1
        if ticker.task is None:
            ticker.task = asyncio.create_task(self._tick(ticker, read))
        try:
            yield _updates(ticker, view)
        finally:
            ticker.views[view] -= 1
            if not ticker.views[view]:
                del ticker.views[view]
            if not ticker.views and self._tickers.get(tenant_id) is ticker:
                del self._tickers[tenant_id]
                ticker.task.cancel()

    async def _tick(self, ticker: _Ticker[V], read: Read[V]) -> None:
        self._limiter = self._limiter or CapacityLimiter(READ_AT_ONCE)
        while True:
            views, began = list(ticker.views), monotonic()
            try:
                ticker.html = await to_thread.run_sync(read, views, limiter=self._limiter)
                ticker.has_failed = False
            except Exception as error:  # noqa: BLE001 - the outermost loop of a task: viewers stay, and are told
                ticker.has_failed = True
                extra = {"action": "board_not_read", "error": type(error).__name__}
                logger.warning("the operators' page could not be read", extra=extra)
            async with ticker.changed:
                ticker.changed.notify_all()
            took = monotonic() - began
            await asyncio.sleep(max(self._every_seconds - took, took * REST))


async def _updates(ticker: _Ticker[V], view: V) -> AsyncIterator[Update]:
    while True:
        async with ticker.changed:
            await ticker.changed.wait()
        yield Update(ticker.html.get(view), ticker.has_failed)
