"""Create a list in a campaign, activate and deactivate it."""

from collections.abc import Mapping
from functools import partial

from pendulum import DateTime

from worker.domain.backfill import Backfill, BackfillKind
from worker.domain.caps import DEFAULT_CAPS, Cap, check_cap
from worker.domain.errors import NotFound
from worker.domain.ids import ListId
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import ListRecord, Tenant
from worker.ports.records.store import RecordStore


def create_list(store: RecordStore, new: ListRecord, *, caps: Mapping[Cap, int] = DEFAULT_CAPS) -> None:
    """Add a list to one of the tenant's campaigns; waits for imports that look for duplicates in all of them.

    Raises ``OverCap`` when the tenant has no more lists left.
    """
    with store.transaction() as tx:
        tx.tenant_caps.lock(new.tenant_id, Cap.LISTS)
        try:
            tx.campaigns.get(new.tenant_id, new.campaign_id)
        except NotFound as error:
            raise NotFound("campaign is not found") from error
        tx.lists.lock_all(new.tenant_id)
        own, used = tx.tenant_caps.own(new.tenant_id), tx.tenant_caps.used(new.tenant_id, Cap.LISTS)
        check_cap(Cap.LISTS, own=own, defaults=caps, used=used)
        tx.lists.add(new)


def switch_list(
    store: RecordStore, *, queue: JobQueue, tenant: Tenant, list_id: ListId, active: bool, now: DateTime
) -> None:
    """Activate or deactivate a list: the dial checks it itself, and a backfill hides its leads from planning."""
    with store.transaction() as tx:
        found = tx.lists.find(tenant.id, list_id)
        tx.lists.switch(list_id, active=active, now=now)
        carrier_id = tx.campaigns.get(tenant.id, found.campaign_id).carrier_uuid
        if carrier_id is not None:
            tx.carriers.wake([carrier_id], at=now)
            tx.after_commit(partial(queue.plan_carrier, carrier_id))
        tx.backfills.put(Backfill(tenant.id, BackfillKind.PARK_LIST, str(list_id), due_at=now))
