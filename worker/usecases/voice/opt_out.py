"""Put a callee who asked for no more calls on the do-not-call list, while the call is still up."""

import logging

from pendulum import DateTime

from worker.domain.ids import CallId
from worker.ports.dispatch.store import DispatchStore

logger = logging.getLogger(__name__)


def opt_out(store: DispatchStore, call_id: CallId, *, now: DateTime) -> None:
    """Block the callee's number for the tenant; it holds for the very next dial. A repetition changes nothing."""
    with store.transaction() as tx:
        is_new = tx.conversations.block_callee(call_id, now=now)
    if is_new:
        logger.info("a callee opted out", extra={"action": "opted_out", "call_id": call_id})
