"""End the calls of a switch that is gone, and those that are surely over on a switch that cannot be asked."""

import logging
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import ON_SWITCH, HungUp
from worker.domain.timing import CALL_SURELY_OVER, UNBOUNDED_CALL
from worker.domain.unheard import LastKnown, assume_end
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore
from worker.usecases.dispatch.finish_calls import finish_calls

logger = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""Calls that end in one transaction."""


def end_calls_on(
    store: DispatchStore, switch: str, *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> int:
    """End every call on a switch that is gone; return how many. What became of them is not known."""
    with store.reading() as tx:
        calls = tx.calls.on_switch(switch)
    return _end(store, calls, queue=queue, now=now, new_id=new_id)


def end_calls_surely_over(
    store: DispatchStore, calls: Sequence[Call], *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """End those of the calls that no switch can have any longer: they hold slots, and nobody can be asked about."""
    over = [call for call in calls if (call.over_by or call.dialled_at + UNBOUNDED_CALL) + CALL_SURELY_OVER <= now]
    _end(store, over, queue=queue, now=now, new_id=new_id)


def _end(
    store: DispatchStore, calls: Sequence[Call], *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> int:
    ended = 0
    for first in range(0, len(calls), AT_ONCE):
        with store.transaction() as tx:
            dials = {call.id: (call.switch, call.dialled_at) for call in calls[first : first + AT_ONCE]}
            locked = tx.calls.lock(list(dials), states=ON_SWITCH)
            same = [call for call in locked if dials[call.id] == (call.switch, call.dialled_at)]
            finish_calls(tx, queue=queue, ended=[(c, _unheard_end(c)) for c in same], now=now, new_id=new_id)
            ended += len(same)
    if ended:
        extra = {"action": "calls_given_up", "calls": ended, "switch": calls[0].switch}
        logger.warning("calls ended, their switch cannot be asked", extra=extra)
    return ended


def _unheard_end(call: Call) -> HungUp:
    """Return the end of a call that cannot be asked about; whether its switch restarted cannot be asked either."""
    known = LastKnown(
        call_id=call.id,
        dialled_at=call.dialled_at,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        seen_up_at=call.seen_up_at,
    )
    return assume_end(known, has_restarted=False)
