"""Create a row under the id that a client chose, whether or not another tenant has that id."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from worker.domain.chosen_ids import Kind, beside
from worker.domain.errors import IdTaken
from worker.domain.ids import TenantId
from worker.ports.records.store import RecordStore

T = TypeVar("T")


def create_under(
    store: RecordStore,
    kind: Kind,
    *,
    tenant_id: TenantId,
    chosen: UUID | None,
    new_id: Callable[[], UUID],
    create: Callable[[UUID], T],
) -> tuple[UUID, T]:
    """Create a row, and return the id by which its tenant knows it; raises ``IdTaken`` when the tenant has that id.

    Where the id is another tenant's, the row gets an id of ours. That is stored before the row: should we die between
    the two, the same request creates the row later.
    """
    if chosen is None:
        own = new_id()
        return own, create(own)
    kept = _kept_id(store, kind, tenant_id=tenant_id, chosen=chosen, new_id=new_id)
    try:
        return chosen, create(kept or chosen)
    except IdTaken:  # perhaps by another tenant, in this moment
        later = None if kept else _kept_id(store, kind, tenant_id=tenant_id, chosen=chosen, new_id=new_id)
        if later is None:
            raise
    return chosen, create(later)


def _kept_id(
    store: RecordStore, kind: Kind, *, tenant_id: TenantId, chosen: UUID, new_id: Callable[[], UUID]
) -> UUID | None:
    """Return the id that the row gets instead; None when the chosen one is free, or the tenant's own row."""
    with store.reading() as tx:
        if tx.chosen_ids.owner(kind, chosen) in {None, tenant_id}:
            return None
    with store.transaction() as tx:
        tx.tenants.lock(tenant_id)
        ids = tx.chosen_ids.of(tenant_id)
        known = ids.kept(kind, chosen)  # another request of this tenant has chosen it meanwhile
        if known is not None:
            return known
        kept = beside(chosen, chance=new_id())
        tx.chosen_ids.save(tenant_id, ids.with_one(kind, chosen=chosen, kept=kept))
        return kept
