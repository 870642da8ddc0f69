"""Limits how many requests run at once: others wait for up to a second, then get 503."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from worker.domain.errors import Unavailable

AT_ONCE: Final = 32
"""Fewer than the threads that the framework has (40), so that some are left for `/health/live`."""
MOST_WAITING: Final = 200
LONGEST_WAIT_SECONDS: Final = 1.0
FULL: Final = "too many requests at once"


class ConcurrencyLimit:
    """Admits a bounded number of requests, so that they do not queue without end behind a slow database."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        most_waiting: int = MOST_WAITING,
        longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
    ) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._waiting = 0
        self.running = 0
        """Requests that run now."""
        self._most_waiting = most_waiting
        self._longest_wait_seconds = longest_wait_seconds

    @asynccontextmanager
    async def admit(self) -> AsyncIterator[None]:
        """Run the block as one of the admitted requests; raises ``Unavailable`` when the wait is too long."""
        await self._admit()
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            self._free.release()

    async def _admit(self) -> None:
        if self._waiting >= self._most_waiting:
            raise Unavailable(FULL)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._longest_wait_seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise Unavailable(FULL) from error
        finally:
            self._waiting -= 1
