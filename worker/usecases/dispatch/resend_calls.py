"""Send the messages of queued calls again: they were lost, or waited for a switch with a listener."""

import logging

from pendulum import DateTime, Duration

from worker.domain.timing import UNREACHABLE_PAUSE
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore
from worker.ports.dispatch.watching import WATCHERS, Repair

logger = logging.getLogger(__name__)

AT_ONCE = 500


def resend_calls(store: DispatchStore, *, queue: JobQueue, now: DateTime, ahead: Duration = UNREACHABLE_PAUSE) -> None:
    """Send messages that are due, or due within ``ahead``: what they waited for has happened."""
    with store.transaction() as tx:
        unsent = tx.calls.unsent(now=now + ahead, limit=AT_ONCE)
    if unsent:
        logger.info("messages sent again", extra={"action": "calls_resent", "calls": len(unsent)})
        WATCHERS.repaired(Repair.RESENT, calls=len(unsent))
        queue.place_calls(unsent)
