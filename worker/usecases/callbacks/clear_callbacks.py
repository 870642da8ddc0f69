"""Abandon callbacks that have waited too long, and delete those that ended long ago."""

import logging
from typing import Final

from pendulum import DateTime

from worker.domain.retry import KEPT, LONGEST_WAIT
from worker.ports.callbacks.store import CallbackStore

logger = logging.getLogger(__name__)

CLEARED_TOGETHER: Final = 500


def clear_callbacks(store: CallbackStore, *, now: DateTime) -> None:
    """Clear one batch of each; the next call clears the rest."""
    reason = f"gave up after {LONGEST_WAIT.days} days: the host was away or asked for patience"
    with store.transaction() as tx:
        given_up = tx.deliveries.give_up(
            waiting_since=now - LONGEST_WAIT, reason=reason, limit=CLEARED_TOGETHER, now=now
        )
        forgotten = tx.deliveries.forget(ended_before=now - KEPT, limit=CLEARED_TOGETHER)
    if given_up or forgotten:
        extra = {"action": "callbacks_cleared", "given_up": given_up, "forgotten": forgotten}
        logger.info("callbacks cleared", extra=extra)
