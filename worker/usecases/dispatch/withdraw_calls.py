"""Withdraw queued calls that followed an assumed end, when its correction does not permit them."""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from pendulum import DateTime

from worker.domain.lead import Ending
from worker.domain.reason import Reason
from worker.ports.dispatch.call_rows import Call, Ended
from worker.ports.dispatch.store import DispatchTransaction
from worker.ports.dispatch.watching import WATCHERS, Refuser

logger = logging.getLogger(__name__)

_REASONS: Final[Mapping[Ending, Reason]] = {
    Ending.ANSWERED: Reason.ANSWERED,
    Ending.NOT_RECALLED: Reason.NOT_RECALLED,
    Ending.ATTEMPTS_USED: Reason.ATTEMPTS_USED,
    Ending.DO_NOT_CALL: Reason.DO_NOT_CALL,
    Ending.EXPIRED: Reason.EXPIRED,
}


def withdraw_next_calls(tx: DispatchTransaction, corrected: Sequence[Ended], *, now: DateTime) -> None:
    """Cancel queued calls that follow these ends and must not be dialled, or not yet; their leads wait again.

    The caller has locked their carriers, so none of them is being dialled.
    """
    refreshed = tx.corrections.refreshed({one.call.lead_id for one in corrected})
    ends = {
        one.call.lead_id: one
        for one in corrected
        if one.call.lead_id not in refreshed or refreshed[one.call.lead_id] < one.call.queued_at
    }
    queued = tx.corrections.lock_next_calls(ends.keys())
    following = [(call, ends[call.lead_id]) for call in queued if _follows(call, ends[call.lead_id])]
    reasons = {call.id: why for call, end in following if (why := _why_withdrawn(call, after=end, now=now)) is not None}
    if not reasons:
        return
    tx.calls.cancel(reasons, now=now)
    tx.leads.hand_back({call.lead_id: call.stage_before for call, _ in following if call.id in reasons})
    for call_id, reason in reasons.items():
        extra = {"action": "call_cancelled", "call_id": call_id, "reason": reason.value}
        logger.info("call cancelled, the end before it was corrected", extra=extra)
        WATCHERS.refused(Refuser.RULES, reason.value)


def _follows(call: Call, end: Ended) -> bool:
    """Return True for the call right after the corrected one, and for any later one to somebody who answered."""
    later = call.calls_made - end.call.calls_made
    return later == 1 or (later > 1 and end.lead_ending is Ending.ANSWERED)


def _why_withdrawn(call: Call, *, after: Ended, now: DateTime) -> Reason | None:
    if after.lead_ending is not None:
        return _REASONS[after.lead_ending]
    uncounted = after.call.uncounted + 1 - int(after.counted)
    is_due = after.lead_due_at is not None and after.lead_due_at <= now
    return None if is_due and call.uncounted == uncounted else Reason.NOT_DUE
