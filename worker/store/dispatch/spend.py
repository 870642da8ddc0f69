"""Calls of each day, counted when they are dialled, in a row a carrier and day: a sum costs the same at any age."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection, func, or_, select
from typing_extensions import override

from worker.domain.ids import TenantId
from worker.ports.dispatch.spend import CarrierDay, Spend
from worker.store.base.dialect import insert_or_add
from worker.store.base.number_tables import dialled_days

_TABLE: Final = dialled_days


class SqlSpend(Spend):
    """Counts in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def dialled(self, days: Mapping[TenantId, date]) -> dict[TenantId, int]:
        if not days:
            return {}
        theirs = or_(*((_TABLE.c.tenant_id == tenant_id) & (_TABLE.c.day == day) for tenant_id, day in days.items()))
        asked = select(_TABLE.c.tenant_id, func.sum(_TABLE.c.calls)).where(theirs).group_by(_TABLE.c.tenant_id)
        found = {TenantId(tenant_id): int(total) for tenant_id, total in self._connection.execute(asked)}
        return {tenant_id: found.get(tenant_id, 0) for tenant_id in days}

    @override
    def count(self, new: Mapping[CarrierDay, int]) -> None:
        if new:
            adding = insert_or_add(self._connection, _TABLE, same=("carrier_id", "day"), sums=("calls",))
            rows = [{**key._asdict(), "calls": calls} for key, calls in sorted(new.items())]
            self._connection.execute(adding, rows)
