"""Ids that clients choose, in the row of their tenant."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Table, select, update
from typing_extensions import override

from worker.domain.chosen_ids import ChosenIds, Kind
from worker.domain.ids import TenantId
from worker.ports.records.chosen_ids import ChosenIdRows
from worker.store.base.tables import campaigns, carriers, lists, templates, tenants

_TABLES: Final[Mapping[Kind, Table]] = {
    Kind.CAMPAIGN: campaigns,
    Kind.CARRIER: carriers,
    Kind.TEMPLATE: templates,
    Kind.LIST: lists,
}


class SqlChosenIds(ChosenIdRows):
    """Chosen ids in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def of(self, tenant_id: TenantId) -> ChosenIds:
        return ChosenIds(self._connection.scalar(select(tenants.c.chosen_ids).where(tenants.c.id == tenant_id)) or {})

    @override
    def save(self, tenant_id: TenantId, ids: ChosenIds) -> None:
        changing = update(tenants).where(tenants.c.id == tenant_id)
        self._connection.execute(changing.values(chosen_ids={kind: dict(own) for kind, own in ids.by_kind.items()}))

    @override
    def owner(self, kind: Kind, row_id: UUID) -> TenantId | None:
        table = _TABLES[kind]
        found = self._connection.scalar(select(table.c.tenant_id).where(table.c.id == row_id))
        return None if found is None else TenantId(found)
