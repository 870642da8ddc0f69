"""Create a list in a campaign, change it, activate and deactivate it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TypedDict

from pendulum import DateTime

from worker.domain.backfill import Backfill, BackfillKind
from worker.domain.caps import DEFAULT_CAPS, Cap, check_cap
from worker.domain.errors import Invalid, NotFound
from worker.domain.ids import CampaignId, ListId
from worker.domain.stale_copy import NO_COPY, ReadCopy, changed_after, check_copy
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import DuplicateScope, ListRecord, Tenant
from worker.ports.records.store import RecordStore, RecordTransaction


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


class ListChanges(TypedDict, total=False):
    """What to change; ``campaign_id`` only says in which campaign the client expects the list."""

    name: str
    description: str
    active: bool
    campaign_id: CampaignId


def save_list(  # noqa: PLR0913 - the edit, and which copy was read
    store: RecordStore,
    *,
    queue: JobQueue,
    tenant: Tenant,
    list_id: ListId,
    changes: ListChanges,
    now: DateTime,
    copy: ReadCopy = NO_COPY,
) -> ListRecord:
    """Change what was sent and nothing else. Raises ``NotFound``, ``Conflict``, ``Overtaken`` and ``Invalid``."""
    with store.transaction() as tx:
        before = tx.lists.lock(tenant.id, list_id, scope=DuplicateScope.LIST)
        check_copy(before.updated_at, copy, what="list")
        if changes.get("campaign_id", before.campaign_id) != before.campaign_id:
            raise Invalid("campaign_uuid cannot be changed")
        name = changes.get("name", before.name)
        description = changes.get("description", before.description)
        later = changed_after(before.updated_at, now=now)
        after = replace(before, name=name, description=description, updated_at=later)
        tx.lists.save(after)
        active = changes.get("active", before.active)
        if active is not before.active:
            return _switch(tx, before, queue=queue, active=active, now=now)
    return after


def switch_list(  # noqa: PLR0913 - what is switched, and which copy of it was read
    store: RecordStore,
    *,
    queue: JobQueue,
    tenant: Tenant,
    list_id: ListId,
    active: bool,
    now: DateTime,
    copy: ReadCopy = NO_COPY,
) -> ListRecord:
    """Activate or deactivate a list: the dial checks it itself, and a backfill hides its leads from planning.

    Only a request that names a copy waits for running imports before that.
    """
    with store.transaction() as tx:
        if copy.is_named:
            found = tx.lists.lock(tenant.id, list_id, scope=DuplicateScope.LIST)
            check_copy(found.updated_at, copy, what="list")
        else:
            found = tx.lists.find(tenant.id, list_id)
        return _switch(tx, found, queue=queue, active=active, now=now)


def _switch(tx: RecordTransaction, found: ListRecord, *, queue: JobQueue, active: bool, now: DateTime) -> ListRecord:
    later = changed_after(found.updated_at, now=now)
    tx.lists.switch(found.id, active=active, now=later)
    carrier_id = tx.campaigns.get(found.tenant_id, found.campaign_id).carrier_uuid
    if carrier_id is not None:
        tx.carriers.wake([carrier_id], at=now)
        tx.after_commit(partial(queue.plan_carrier, carrier_id))
    tx.backfills.put(Backfill(found.tenant_id, BackfillKind.PARK_LIST, str(found.id), due_at=now))
    return replace(found, active=active, updated_at=later)
