"""Call the leads of a list anew: asked for by an operator, done by the sweep in batches.

Attempts start anew. A lead that is being called is left alone, and no lead is refreshed twice by one request.
"""

import logging
from collections.abc import Collection
from functools import partial
from typing import Final

from pendulum import DateTime

from worker.domain.backfill import BATCH
from worker.domain.call import Outcome
from worker.domain.errors import Conflict, NotFound
from worker.domain.ids import CarrierId, ListId
from worker.domain.list_refresh import Refresh, Which, after_refreshed, outcomes_of
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import DuplicateScope, Tenant
from worker.ports.records.store import RecordStore, RecordTransaction

logger = logging.getLogger(__name__)

BATCHES: Final = 10
"""In one sweep, which has more to do; the next one, two seconds later, goes on."""


def refresh_list(
    store: RecordStore, *, tenant: Tenant, list_id: ListId, which: Which, only: Collection[Outcome], now: DateTime
) -> None:
    """Ask for a refresh; one that runs already is replaced. Raises ``NotFound``, ``Conflict`` when leads expired."""
    with store.transaction() as tx:
        home = tx.lists.lock(tenant.id, list_id, scope=DuplicateScope.LIST)
        expires_at = tx.campaigns.get(tenant.id, home.campaign_id).lead_expired_at
        if expires_at is not None and expires_at <= now:
            raise Conflict("lead_expired_at has passed")
        outcomes = outcomes_of(which, only=frozenset(only))
        tx.refreshes.put(Refresh(tenant_id=tenant.id, list_id=list_id, outcomes=outcomes, asked_at=now))


def run_refreshes(store: RecordStore, *, queue: JobQueue, now: DateTime) -> int:
    """Run a few batches of the refreshes that wait; return how many leads are called anew."""
    renewed = 0
    for _ in range(BATCHES):
        with store.reading() as tx:
            refresh = next(iter(tx.refreshes.waiting(limit=1)), None)
        if refresh is None:
            break
        batch = _run_batch(store, refresh, queue=queue, now=now)
        if batch is None:
            break
        renewed += batch
    if renewed:
        logger.info("leads are called anew", extra={"action": "leads_refreshed", "leads": renewed})
    return renewed


def _run_batch(store: RecordStore, refresh: Refresh, *, queue: JobQueue, now: DateTime) -> int | None:
    """Run one batch in one transaction; None when nothing more can be done now."""
    with store.transaction() as tx:
        if not tx.refreshes.lock(refresh):
            return None
        batch = tx.backfill_leads.of_list(refresh.list_id, after=refresh.cursor, limit=BATCH)
        matching = tx.refreshes.matching(refresh, [lead.id for lead in batch])
        locked = tx.backfill_leads.lock(matching)
        tx.refreshes.renew(refresh, locked, now=now)
        skipped = [lead for lead in batch if lead.id in matching - locked]
        after = after_refreshed(refresh, batch, locked_elsewhere=skipped)
        if after is not None:
            tx.refreshes.save(after)
    _ask_for_plan(store, refresh, queue=queue, is_done=after is None, now=now)
    return None if skipped else len(locked)


def _ask_for_plan(store: RecordStore, refresh: Refresh, *, queue: JobQueue, is_done: bool, now: DateTime) -> None:
    """Plan the list's carrier, whose lock comes before the refresh's; the row goes only once the plan is certain."""
    with store.transaction() as tx:
        carrier_id = _carrier_of(tx, refresh)
        if carrier_id is not None:
            tx.carriers.wake([carrier_id], at=now)
            tx.after_commit(partial(queue.plan_carrier, carrier_id))
        if is_done:
            tx.refreshes.finish(refresh)


def _carrier_of(tx: RecordTransaction, refresh: Refresh) -> CarrierId | None:
    try:
        home = tx.lists.find(refresh.tenant_id, refresh.list_id)
        return tx.campaigns.get(home.tenant_id, home.campaign_id).carrier_uuid
    except NotFound:
        return None
