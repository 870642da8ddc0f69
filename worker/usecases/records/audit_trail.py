"""Read the audit trail, and delete entries that are a year old."""

import logging
from typing import Final

from pendulum import DateTime, Duration

from worker.ports.paging import Page, Slice
from worker.ports.records.access import Caller
from worker.ports.records.audit import AuditEntry, AuditFilter
from worker.ports.records.store import RecordStore

logger = logging.getLogger(__name__)

KEPT: Final = Duration(years=1)
DROPPED_AT_ONCE: Final = 500
"""In one transaction; the next sweep drops more."""


def list_audit(store: RecordStore, *, caller: Caller, part: Slice, wanted: AuditFilter) -> Page[AuditEntry]:
    """Return the tenant's entries, newest first; the installation's operator also sees those of commands."""
    with store.reading() as tx:
        return tx.audit.page(caller.tenant.id, part, wanted=wanted, with_installation=caller.is_installation)


def drop_old_audit(store: RecordStore, *, now: DateTime) -> None:
    """Delete one batch of entries that are a year old; the next call deletes more."""
    with store.transaction() as tx:
        dropped = tx.audit.drop(before=now - KEPT, limit=DROPPED_AT_ONCE)
    if dropped:
        logger.info("old audit entries dropped", extra={"action": "audit_dropped", "entries": dropped})
