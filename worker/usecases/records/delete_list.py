"""Delete a list; its leads are not dialled from now on, and the sweep removes them in batches."""

import logging
from functools import partial
from typing import Final

from pendulum import DateTime

from worker.domain.ids import ListId
from worker.domain.stale_copy import NO_COPY, ReadCopy, check_copy
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import DuplicateScope, Tenant
from worker.ports.records.store import RecordStore

logger = logging.getLogger(__name__)

BATCH: Final = 500
"""Leads removed in one transaction: larger ones would hold row locks for longer than a dial may wait."""
BATCHES: Final = 10
"""In one sweep, which has more to do; the next one, two seconds later, goes on."""


def delete_list(
    store: RecordStore,
    *,
    queue: JobQueue,
    tenant: Tenant,
    list_id: ListId,
    now: DateTime,
    copy: ReadCopy = NO_COPY,
) -> None:
    """Delete a list after running imports into it; its live calls end by themselves. Raises ``NotFound``."""
    with store.transaction() as tx:
        found = tx.lists.lock(tenant.id, list_id, scope=DuplicateScope.LIST)
        check_copy(found.updated_at, copy, what="list")
        carrier_id = tx.campaigns.get(tenant.id, found.campaign_id).carrier_uuid
        if carrier_id is not None:  # queued calls of the list are cancelled, and their places are free
            tx.carriers.wake([carrier_id], at=now)
            tx.after_commit(partial(queue.plan_carrier, carrier_id))
        tx.lists.delete(list_id, now=now)


def clear_deleted_lists(store: RecordStore, *, now: DateTime) -> int:
    """Remove leads of deleted lists, a few batches of them; return how many."""
    removed = 0
    for _ in range(BATCHES):
        with store.reading() as tx:
            list_id = next(iter(tx.lists.to_clear(limit=1)), None)
            lead_ids = [] if list_id is None else tx.lead_edits.left_in(list_id, limit=BATCH)
        if list_id is None:
            break
        with store.transaction() as tx:
            if not lead_ids:
                tx.lists.cleared(list_id, now=now)
                continue
            batch = tx.lead_edits.remove(lead_ids, now=now)
        removed += batch
        if not batch:  # another transaction has them locked
            break
    if removed:
        logger.info("leads of deleted lists removed", extra={"action": "leads_removed", "leads": removed})
    return removed
