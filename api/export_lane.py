"""Which thread works for exports: one of their own, while no other request runs, so that stops are as fast as ever."""

from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, sleep, to_thread

from api.concurrency_limit import ConcurrencyLimit

AT_ONCE: Final = 1
"""Batches of all exports of a process that are made at the same time; the others wait.

A batch is mostly Python, of which a process runs one thread at a time: a second one would only make requests slower.
"""
LOOKED_AGAIN_SECONDS: Final = 0.004
MOST_LOOKS: Final = 50
"""An export waits 0.2 s for other requests at most before each batch, so that it goes on beside any traffic."""
T = TypeVar("T")


class ExportLane:
    """Runs the steps of exports in a thread, first come, first served, behind all requests that run."""

    def __init__(self, requests: ConcurrencyLimit) -> None:
        """Start idle; ``requests`` tells whether others run."""
        self._requests = requests
        self._limiter: CapacityLimiter | None = None  # it is made in the event loop that uses it

    async def run(self, step: Callable[[], T]) -> T:
        """Run one step; when the request is cancelled, the step that runs is waited for."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(AT_ONCE)
        async with self._limiter:
            await self._wait_for_others()
            return await to_thread.run_sync(step, limiter=CapacityLimiter(1))

    async def _wait_for_others(self) -> None:
        for _ in range(MOST_LOOKS):
            if not self._requests.running:
                return
            await sleep(LOOKED_AGAIN_SECONDS)
