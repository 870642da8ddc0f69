"""Drop one-time codes whose calls have ended: they are worthless then, and nobody should be able to read them."""

import logging
from typing import Final

from pendulum import DateTime, Duration

from worker.ports.dispatch.store import DispatchStore

logger = logging.getLogger(__name__)

CORRECTED_WITHIN: Final = Duration(hours=1)
"""A report may replace an assumed end and call the lead again; after so long its code is worthless."""
DROPPED_AT_ONCE: Final = 500
"""In one transaction; the next sweep drops more."""


def drop_codes(store: DispatchStore, *, now: DateTime) -> None:
    """Drop the codes of leads that are done; an end that was only assumed is waited for."""
    with store.reading() as tx:
        ended = tx.one_time_codes.ended(assumed_before=now - CORRECTED_WITHIN, limit=DROPPED_AT_ONCE)
    if not ended:
        return
    with store.transaction() as tx:
        dropped = tx.one_time_codes.drop(ended, now=now)
    logger.info("one-time codes dropped", extra={"action": "codes_dropped", "codes": dropped})
