"""Add what ended calls changed to the sums of the reports, and count what an earlier release ended."""

import logging
from typing import Final

from worker.ports.records.store import RecordStore

logger = logging.getLogger(__name__)

FOLDED_AT_ONCE: Final = 1000
"""Changes in one transaction, each of a batch of up to some hundred calls."""
COUNTED_AT_ONCE: Final = 500
"""Calls in one transaction, which holds SQLite's only writer for some milliseconds."""
BATCHES: Final = 10
"""In one run; more would keep a tick from its planning. The rest waits for the next tick, a second later."""


def count_calls(store: RecordStore) -> int:
    """Count up to ten batches of calls that an earlier release ended, then fold; return how many were counted.

    Reports are right before and after a fold, which only keeps their reading cheap. A run that is killed is repeated.
    """
    counted = 0
    for _ in range(BATCHES):
        batch = _count_some(store)
        counted += batch
        if batch < COUNTED_AT_ONCE:
            break
    for _ in range(BATCHES):
        with store.transaction() as tx:
            if tx.reports.fold(limit=FOLDED_AT_ONCE) < FOLDED_AT_ONCE:
                break
    return counted


def _count_some(store: RecordStore) -> int:
    with store.reading() as tx:
        if not tx.reports.has_old_ends():
            return 0
    with store.transaction() as tx:
        counted = tx.reports.count_old_ends(limit=COUNTED_AT_ONCE)
    if counted:
        extra = {"action": "old_calls_counted", "calls": counted}
        logger.info("calls of an earlier release counted for the reports", extra=extra)
    return counted
