"""Which threads work for exports: few, of their own, so that every other request finds its thread and connection."""

from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

AT_ONCE: Final = 2
"""Batches of all exports of a process that are read and written at the same time; the others wait for their turn.

One more would wait for the processor: a batch is mostly Python, of which a process runs one thread at a time.
"""
T = TypeVar("T")


class ExportLane:
    """Runs the steps of exports, each in a thread, first come, first served."""

    def __init__(self) -> None:
        """Start idle."""
        self._limiter: CapacityLimiter | None = None  # it is made in the event loop that uses it

    async def run(self, step: Callable[[], T]) -> T:
        """Run one step; when the request is cancelled, the step that runs is waited for."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(AT_ONCE)
        return await to_thread.run_sync(step, limiter=self._limiter)
