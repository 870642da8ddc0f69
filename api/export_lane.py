"""Makes exports in this process, for tests and where no other can be started: in one thread, behind all requests."""

from collections.abc import AsyncGenerator, Callable, Iterator
from itertools import chain
from typing import Final, TypeVar

from anyio import CapacityLimiter, sleep, to_thread
from typing_extensions import override

from api.concurrency_limit import ConcurrencyLimit
from api.deps import ApiServices
from api.export_order import ExportOrder, parts_of
from api.export_response import Exporting

AT_ONCE: Final = 1
"""Batches of all exports of a process that are made at the same time; the others wait.

A batch is mostly Python, of which a process runs one thread at a time: a second one would only make requests slower.
"""
LOOKED_AGAIN_SECONDS: Final = 0.004
MOST_LOOKS: Final = 50
"""An export waits 0.2 s for other requests at most before each batch, so that it goes on beside any traffic."""
T = TypeVar("T")


class ExportLane(Exporting):
    """Runs the steps of exports in a thread, first come, first served, behind all requests that run."""

    def __init__(self, requests: ConcurrencyLimit) -> None:
        """Start idle; ``requests`` tells whether others run."""
        self._requests = requests
        self._limiter: CapacityLimiter | None = None  # it is made in the event loop that uses it

    @override
    def begin(self, order: ExportOrder, *, services: ApiServices) -> AsyncGenerator[bytes, None]:
        parts = parts_of(order, store=services.store, workbooks=services.workbooks)
        first = [part for part in (next(parts, b""), next(parts, b"")) if part]  # the headings, and the first rows
        return self.sent(chain(first, parts))

    async def sent(self, parts: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
        """Yield the pieces as the thread makes them."""
        while (part := await self._run(lambda: next(parts, None))) is not None:
            if part:
                yield part

    async def _run(self, step: Callable[[], T]) -> T:
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
