"""Lists: the containers of a campaign's leads."""

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update
from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, ListId, TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import DuplicateScope, ListRecord
from worker.ports.records.lists import Lists
from worker.store.base.dialect import conflicts_named, deleted_name
from worker.store.base.tables import campaigns, leads, lists

NAME_TAKEN = "list_name is exists"
ID_TAKEN = "list_uuid is exists"
_COLUMNS = [column for name, column in lists.c.items() if name in ListRecord.__dataclass_fields__]


class SqlLists(Lists):
    """Lists in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def get(self, tenant_id: TenantId, list_id: ListId) -> ListRecord:
        row = self._connection.execute(_of_tenant(tenant_id).where(lists.c.id == list_id)).mappings().one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return ListRecord(**row)

    @override
    def find(self, tenant_id: TenantId, list_id: ListId) -> ListRecord:
        asked = _named(tenant_id).where(lists.c.id == list_id)
        row = self._connection.execute(asked).mappings().one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return ListRecord(**row)

    @override
    def named(self, tenant_id: TenantId, name: str) -> ListRecord | None:
        row = self._connection.execute(_named(tenant_id).where(lists.c.name == name)).mappings().one_or_none()
        return None if row is None else ListRecord(**row)

    @override
    def lock(self, tenant_id: TenantId, list_id: ListId, *, scope: DuplicateScope) -> ListRecord:
        reach = {
            DuplicateScope.LIST: lists.c.id == list_id,
            DuplicateScope.CAMPAIGN: lists.c.campaign_id == self.find(tenant_id, list_id).campaign_id,
            DuplicateScope.TENANT: lists.c.tenant_id == tenant_id,
        }[scope]
        for _ in range(2):
            self._lock(reach)
        return self.find(tenant_id, list_id)

    @override
    def lock_all_of(self, campaign_id: CampaignId) -> None:
        self._lock(lists.c.campaign_id == campaign_id)

    @override
    def lock_all(self, tenant_id: TenantId) -> None:
        self._lock(lists.c.tenant_id == tenant_id)

    def _lock(self, these: ColumnElement[bool]) -> None:
        """Lock in id order; foreign-key checks pass the lock, so plans may insert calls of these lists."""
        asked = select(lists.c.id).where(these).order_by(lists.c.id)
        self._connection.execute(asked.with_for_update(key_share=True)).all()

    @override
    def save(self, changed: ListRecord) -> None:
        row = {"name": changed.name, "description": changed.description, "updated_at": changed.updated_at}
        with conflicts_named(name=NAME_TAKEN):
            self._connection.execute(update(lists).where(lists.c.id == changed.id).values(row))

    @override
    def delete(self, list_id: ListId, *, now: DateTime) -> None:
        gone = update(lists).where(lists.c.id == list_id)
        freed = deleted_name(lists.c.name, list_id)
        self._connection.execute(gone.values(deleted_at=now, active=False, name=freed, updated_at=now))

    @override
    def delete_all_of(self, campaign_id: CampaignId, *, now: DateTime) -> None:
        theirs = update(lists).where(lists.c.campaign_id == campaign_id, lists.c.deleted_at.is_(None))
        self._connection.execute(theirs.values(deleted_at=now, active=False, updated_at=now))

    @override
    def to_clear(self, *, limit: int) -> list[ListId]:
        left = select(lists.c.id).where(lists.c.deleted_at.is_not(None), lists.c.cleared_at.is_(None))
        found = self._connection.scalars(left.order_by(lists.c.deleted_at, lists.c.id).limit(limit))
        return [ListId(list_id) for list_id in found]

    @override
    def cleared(self, list_id: ListId, *, now: DateTime) -> None:
        self._connection.execute(update(lists).where(lists.c.id == list_id).values(cleared_at=now))

    @override
    def switch(self, list_id: ListId, *, active: bool, now: DateTime) -> None:
        self._connection.execute(update(lists).where(lists.c.id == list_id).values(active=active, updated_at=now))

    @override
    def add(self, new: ListRecord) -> None:
        row = {column.name: getattr(new, column.name) for column in _COLUMNS}
        with conflicts_named(name=NAME_TAKEN, id=ID_TAKEN):
            self._connection.execute(insert(lists).values(row))

    @override
    def page(self, tenant_id: TenantId, part: Slice) -> Page[ListRecord]:
        wanted = _of_tenant(tenant_id)
        newest = wanted.order_by(lists.c.created_at.desc(), lists.c.id.desc())
        rows = self._connection.execute(newest.limit(part.limit).offset(part.offset)).mappings()
        total = self._connection.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True))
        return Page([ListRecord(**row) for row in rows], total or 0)


def _of_tenant(tenant_id: TenantId) -> Select[*tuple[object, ...]]:
    counted = select(func.count()).where(leads.c.list_id == lists.c.id, leads.c.removed_at.is_(None)).scalar_subquery()
    return _named(tenant_id).add_columns(counted.label("total_leads"))


def _named(tenant_id: TenantId) -> Select[*tuple[object, ...]]:
    return (
        select(*_COLUMNS, campaigns.c.name.label("campaign_name"))
        .join(campaigns, campaigns.c.id == lists.c.campaign_id)
        .where(lists.c.tenant_id == tenant_id, lists.c.deleted_at.is_(None), campaigns.c.deleted_at.is_(None))
    )
