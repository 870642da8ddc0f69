"""Prepares conversations in a thread, all that wait at one time together, so that a burst costs few transactions."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from worker.domain.errors import CallbeatError
from worker.domain.ids import CallId
from worker.telephony.outbound import CallOnLine
from worker.usecases.voice.prepare import Prepared, Refusal

logger = logging.getLogger(__name__)

Prepare = Callable[[Mapping[CallId, str]], Mapping[CallId, Prepared | Refusal]]
Then = Callable[[Prepared | Refusal], None]


class Preparing:
    """Collects calls while a thread prepares those before them."""

    def __init__(self, prepare: Prepare, *, loop: asyncio.AbstractEventLoop) -> None:
        """Use a function that maps calls, with the core id of the switch of each, to conversations."""
        self._prepare = prepare
        self._loop = loop
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="prepare")
        self._waiting: dict[CallId, tuple[str, Then]] = {}
        self._is_busy = False

    def ask(self, call: CallOnLine, then: Then) -> None:
        """Prepare a call; ``then`` is called in the loop, and never while the database or the sounds are away."""
        self._waiting[call.call_id] = (call.core_id, then)
        self._go_on()

    def _go_on(self) -> None:
        if self._is_busy or not self._waiting:
            return
        self._is_busy = True
        taken, self._waiting = self._waiting, {}
        asked = {call_id: core_id for call_id, (core_id, _) in taken.items()}
        future = self._loop.run_in_executor(self._thread, self._prepare, asked)
        future.add_done_callback(lambda done: self._tell(taken, done))

    def _tell(
        self,
        taken: Mapping[CallId, tuple[str, Then]],
        done: "asyncio.Future[Mapping[CallId, Prepared | Refusal]]",
    ) -> None:
        self._is_busy = False
        try:
            prepared = done.result()
        except CallbeatError as error:
            extra = {"action": "voice_not_prepared", "calls": len(taken), "why": str(error)}
            logger.warning("conversations cannot be prepared now", extra=extra)
        else:
            for call_id, (_, then) in taken.items():
                then(prepared[call_id])
        self._go_on()
