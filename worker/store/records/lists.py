"""Lists: the containers of a campaign's leads."""

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, ListId, TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import DuplicateScope, ListRecord
from worker.store.base.dialect import conflicts_named
from worker.store.base.tables import campaigns, leads, lists

NAME_TAKEN = "list_name is exists"
ID_TAKEN = "list_uuid is exists"
_COLUMNS = list(lists.c)


class SqlLists:
    """Lists in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    def get(self, tenant_id: TenantId, list_id: ListId) -> ListRecord:
        """Give the tenant's list; raises ``NotFound``."""
        row = self._connection.execute(_of_tenant(tenant_id).where(lists.c.id == list_id)).mappings().one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return ListRecord(**row)

    def find(self, tenant_id: TenantId, list_id: ListId) -> ListRecord:
        """Give the tenant's list without counting its leads; raises ``NotFound``."""
        asked = _named(tenant_id).where(lists.c.id == list_id)
        row = self._connection.execute(asked).mappings().one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return ListRecord(**row)

    def lock(self, tenant_id: TenantId, list_id: ListId, *, scope: DuplicateScope) -> ListRecord:
        """Keep other imports that reach into the scope waiting until this transaction ends; give the list as it is.

        Who adds a list locks all those that are there. So one that came while we waited is seen when we look again,
        and none comes after that.
        """
        reach = {
            DuplicateScope.LIST: lists.c.id == list_id,
            DuplicateScope.CAMPAIGN: lists.c.campaign_id == self.find(tenant_id, list_id).campaign_id,
            DuplicateScope.TENANT: lists.c.tenant_id == tenant_id,
        }[scope]
        for _ in range(2):
            self._lock(reach)
        return self.find(tenant_id, list_id)

    def lock_all_of(self, campaign_id: CampaignId) -> None:
        """Wait for the imports into the campaign that have begun, and keep others waiting."""
        self._lock(lists.c.campaign_id == campaign_id)

    def lock_all(self, tenant_id: TenantId) -> None:
        """Wait for all the tenant's imports that have begun, and keep others waiting."""
        self._lock(lists.c.tenant_id == tenant_id)

    def _lock(self, these: ColumnElement[bool]) -> None:
        """Lock in id order; the lock lets foreign keys be checked: plans insert calls that refer to these lists."""
        asked = select(lists.c.id).where(these).order_by(lists.c.id)
        self._connection.execute(asked.with_for_update(key_share=True)).all()

    def switch(self, list_id: ListId, *, active: bool, now: DateTime) -> None:
        """Make a list active or not; imports that have begun are waited for."""
        self._connection.execute(update(lists).where(lists.c.id == list_id).values(active=active, updated_at=now))

    def add(self, new: ListRecord) -> None:
        """Add a list; raises ``Conflict`` when its name or id is taken."""
        row = {column.name: getattr(new, column.name) for column in _COLUMNS}
        with conflicts_named(name=NAME_TAKEN, id=ID_TAKEN):
            self._connection.execute(insert(lists).values(row))

    def page(self, tenant_id: TenantId, part: Slice) -> Page[ListRecord]:
        """Give the tenant's lists, newest first."""
        wanted = _of_tenant(tenant_id)
        newest = wanted.order_by(lists.c.created_at.desc(), lists.c.id.desc())
        rows = self._connection.execute(newest.limit(part.limit).offset(part.offset)).mappings()
        total = self._connection.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True))
        return Page([ListRecord(**row) for row in rows], total or 0)


def _of_tenant(tenant_id: TenantId) -> Select[*tuple[object, ...]]:
    counted = select(func.count()).where(leads.c.list_id == lists.c.id).scalar_subquery()
    return _named(tenant_id).add_columns(counted.label("total_leads"))


def _named(tenant_id: TenantId) -> Select[*tuple[object, ...]]:
    return (
        select(*_COLUMNS, campaigns.c.name.label("campaign_name"))
        .join(campaigns, campaigns.c.id == lists.c.campaign_id)
        .where(lists.c.tenant_id == tenant_id, campaigns.c.deleted_at.is_(None))
    )
