"""How many requests are worked on at once: who finds no place waits for a moment, and is then told to come again."""

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


class Places:
    """Places for requests; when what they work with is slow, those that come do not queue without end."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        most_waiting: int = MOST_WAITING,
        longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
    ) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._most_waiting = most_waiting
        self._longest_wait_seconds = longest_wait_seconds

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a place while the block runs; raises ``Unavailable`` when there is none in time."""
        await self._take()
        try:
            yield
        finally:
            self._free.release()

    async def _take(self) -> None:
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
