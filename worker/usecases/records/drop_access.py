"""Delete expired access tokens and keys, counts of failed log-ins whose time is over, and answers of a day ago."""

import logging
from typing import Final

from pendulum import DateTime

from worker.domain.repeated_request import ANSWERS_KEPT
from worker.ports.records.store import RecordStore

logger = logging.getLogger(__name__)

DROPPED_AT_ONCE: Final = 500
"""In one transaction; the next sweep drops more."""


def drop_access(store: RecordStore, *, now: DateTime) -> None:
    """Delete one batch of each; the next call deletes more."""
    with store.transaction() as tx:
        tokens = tx.api_keys.drop_expired(now=now, limit=DROPPED_AT_ONCE)
        tx.answers.drop_old(before=now - ANSWERS_KEPT, limit=DROPPED_AT_ONCE)
        failures = tx.login_failures.drop_old(now=now, limit=DROPPED_AT_ONCE)
    if tokens:
        extra = {"action": "tokens_dropped", "tokens": tokens, "failures": failures}
        logger.info("expired tokens dropped", extra=extra)
