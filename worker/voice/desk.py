"""Agents of a voice process: what searches ask is done in threads, because the database may take its time."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from worker.domain.errors import CallbeatError
from worker.domain.ids import CallId
from worker.usecases.voice.agents import Offer
from worker.voice.around import Desk

logger = logging.getLogger(__name__)

_THREADS: Final = 4
_ATTEMPTS: Final = 5
_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskWork:
    """What can be done with agents; each function may wait, and is called in a thread."""

    reserve: Callable[[CallId], Offer | None]
    connected: Callable[[CallId, Offer], None]
    failed: Callable[[CallId, Offer], None]
    release: Callable[[CallId, Offer], None]


class ThreadedDesk(Desk):
    """Does the work in threads, and calls back in the loop."""

    def __init__(
        self, work: DeskWork, *, loop: asyncio.AbstractEventLoop, note_connected: Callable[[float], None]
    ) -> None:
        """Use these functions; ``note_connected`` gets the seconds until a callee was connected."""
        self._work = work
        self._loop = loop
        self._note_connected = note_connected
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="agents")
        self._tasks: set[asyncio.Task[None]] = set()

    @override
    def reserve(self, call_id: CallId, then: Callable[[Offer | None], None]) -> None:
        self._start(self._reserve(call_id, then))

    @override
    def connected(self, call_id: CallId, offer: Offer, *, seconds: float) -> None:
        self._note_connected(seconds)
        self._start(self._surely(self._work.connected, call_id, offer))

    @override
    def failed(self, call_id: CallId, offer: Offer) -> None:
        self._start(self._surely(self._work.failed, call_id, offer))

    @override
    def release(self, call_id: CallId, offer: Offer) -> None:
        self._start(self._surely(self._work.release, call_id, offer))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reserve(self, call_id: CallId, then: Callable[[Offer | None], None]) -> None:
        try:
            offer = await self._loop.run_in_executor(self._threads, self._work.reserve, call_id)
        except CallbeatError as error:
            extra = {"action": "agent_not_reserved", "call_id": call_id, "why": str(error)}
            logger.warning("no agent can be reserved now", extra=extra)
            offer = None
        then(offer)

    async def _surely(self, work: Callable[[CallId, Offer], None], call_id: CallId, offer: Offer) -> None:
        """Try again while the database is away; should all attempts fail, the end of the call settles it."""
        for _ in range(_ATTEMPTS):
            try:
                await self._loop.run_in_executor(self._threads, work, call_id, offer)
            except CallbeatError as error:
                extra = {"action": "agent_not_noted", "call_id": call_id, "why": str(error)}
                logger.warning("what became of an agent cannot be stored now", extra=extra)
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return
