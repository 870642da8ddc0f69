"""Delete what is older than its tenant keeps, in batches beside the dialling."""

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, assert_never

from pendulum import DateTime

from worker.domain.ids import TenantId
from worker.domain.retention import REST, Kept, Retention
from worker.ports.records.store import RecordStore, RecordTransaction

logger = logging.getLogger(__name__)

BATCH: Final = 500
"""Records in one transaction, which holds SQLite's only writer for some milliseconds."""
BATCHES: Final = 8
"""In one sweep, which has more to do; the next one, two seconds later, goes on. A single tenant's records are deleted
at 2 000 a second, several times faster than a machine makes calls."""


def keep_for(store: RecordStore, *, tenant_id: TenantId, days: Mapping[Kept, int | None], now: DateTime) -> None:
    """Set how many days the tenant's records are kept; None keeps them. What is not named stays as it is."""
    with store.transaction() as tx:
        tx.retentions.put(tenant_id, days, now=now)


def kept_for(store: RecordStore, *, tenant_id: TenantId) -> dict[Kept, int]:
    """Return the tenant's retentions, in days."""
    with store.reading() as tx:
        return tx.retentions.of(tenant_id)


def drop_old_records(store: RecordStore, *, now: DateTime) -> int:
    """Delete a few batches, of the retentions that have waited longest; return how many records.

    Retentions rotate, so that one with many old records does not delay another.
    """
    with store.reading() as tx:
        waiting = deque(tx.retentions.due(now=now, limit=BATCHES))
    dropped = dict.fromkeys(Kept, 0)
    for _ in range(BATCHES):
        if not waiting:
            break
        retention = waiting.popleft()
        with store.transaction() as tx:
            if not tx.retentions.lock(retention):
                continue
            count, following = _drop_batch(tx, retention, now=now)
            tx.retentions.save(following)
        dropped[retention.kind] += count
        if following.next_at <= now:
            waiting.append(following)
    if any(dropped.values()):
        extra = {"action": "old_records_dropped", **{kind.value: count for kind, count in dropped.items()}}
        logger.info("records older than their tenants keep deleted", extra=extra)
    return sum(dropped.values())


def _drop_batch(tx: RecordTransaction, retention: Retention, *, now: DateTime) -> tuple[int, Retention]:
    """Delete one batch; return its size, and when the next is due: at once, or after a rest if this was the last."""
    before, tenant_id = retention.before(now), retention.tenant_id
    match retention.kind:
        case Kept.LEADS:
            return _drop_leads(tx, retention, now=now)
        case Kept.CDRS:
            dropped = tx.retentions.drop_calls(tenant_id, before=before, limit=BATCH)
        case Kept.CALLBACKS:
            dropped = tx.retentions.drop_callbacks(tenant_id, before=before, limit=BATCH)
        case Kept.AUDIT:
            dropped = tx.retentions.drop_audit(tenant_id, before=before, limit=BATCH)
        case never:
            assert_never(never)
    return dropped, replace(retention, next_at=now if dropped else now + REST)


def _drop_leads(tx: RecordTransaction, retention: Retention, *, now: DateTime) -> tuple[int, Retention]:
    """Remove leads of the next batch; of those with CDRs the row stays, without number and data."""
    old = tx.retentions.old_leads(retention, before=retention.before(now), limit=BATCH)
    removed = tx.lead_edits.remove(old.ids, now=now)
    tx.erasure.clear_leads(old.ids)
    return removed, replace(retention, next_at=now + REST if old.last is None else now, after_id=old.last)
