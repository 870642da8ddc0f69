"""Numbers that nobody may dial."""

from collections.abc import Collection, Sequence

from pendulum import DateTime
from sqlalchemy import Connection, delete, func, select
from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.ids import TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import BlockedNumber
from worker.ports.records.store import DoNotCall
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.tables import do_not_call


class SqlDoNotCall(DoNotCall):
    """The do-not-call list in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def add(self, tenant_id: TenantId, numbers: Sequence[BlockedNumber], *, now: DateTime) -> set[str]:
        if not numbers:
            return set()
        rows = [
            {"tenant_id": tenant_id, "phone": n.phone, "description": n.description, "created_at": now} for n in numbers
        ]
        adding = insert_or_ignore(self._connection, do_not_call).values(rows)
        return set(self._connection.scalars(adding.returning(do_not_call.c.phone)))

    @override
    def remove(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        these = do_not_call.c.phone.in_(list(phones))
        removing = delete(do_not_call).where(do_not_call.c.tenant_id == tenant_id, these)
        return set(self._connection.scalars(removing.returning(do_not_call.c.phone)))

    @override
    def get(self, tenant_id: TenantId, phone: str) -> BlockedNumber:
        columns = do_not_call.c
        asked = select(columns.phone, columns.description).where(columns.tenant_id == tenant_id, columns.phone == phone)
        row = self._connection.execute(asked).one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return BlockedNumber(row.phone, row.description)

    @override
    def page(self, tenant_id: TenantId, part: Slice) -> Page[BlockedNumber]:
        mine = do_not_call.c.tenant_id == tenant_id
        asked = select(do_not_call.c.phone, do_not_call.c.description).where(mine).order_by(do_not_call.c.phone)
        rows = self._connection.execute(asked.limit(part.limit).offset(part.offset))
        total = self._connection.scalar(select(func.count()).select_from(do_not_call).where(mine))
        return Page([BlockedNumber(row.phone, row.description) for row in rows], total or 0)
