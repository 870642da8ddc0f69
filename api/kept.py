"""An answer that is computed once for many clients and kept for a moment: polling costs the same for any number."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final, Generic, TypeVar

from starlette.concurrency import run_in_threadpool

T = TypeVar("T")

KEPT_SECONDS: Final = 1.0
GIVEN_AT_ONCE: Final = 10
"""Times that a kept result is given without delay: more than monitoring asks for. A client that asks more often waits
for the next result, so that clients that poll without a pause take no time from others."""
ROUNDING_SECONDS: Final = 0.001
"""A sleep may end that much too early by the clock that is read."""


class Kept(Generic[T]):
    """The last result of a computation, or its error; at most one computation runs at a time."""

    def __init__(self, *, seconds: float = KEPT_SECONDS, steady: Callable[[], float] = monotonic) -> None:
        """Keep a result for so many seconds after it was computed."""
        self._seconds = seconds
        self._steady = steady
        self._running: asyncio.Task[T] | None = None
        self._until = 0.0
        self._given = 0

    async def get(self, compute: Callable[[], T]) -> T:
        """Return the kept result, or compute it in a thread; raises what the computation raised."""
        self._given += 1
        if self._given > GIVEN_AT_ONCE:
            await asyncio.sleep(max(0.0, self._until - self._steady()) + ROUNDING_SECONDS)
        task = self._running
        if task is None or (task.done() and self._steady() >= self._until):
            self._given = 1
            task = self._running = asyncio.create_task(self._compute(compute))
        return await asyncio.shield(task)  # a client that goes away leaves the computation to the others

    async def _compute(self, compute: Callable[[], T]) -> T:
        try:
            return await run_in_threadpool(compute)
        finally:
            self._until = self._steady() + self._seconds
