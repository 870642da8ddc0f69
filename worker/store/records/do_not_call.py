"""Numbers that must not be dialled."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Connection, delete, func, select
from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.ids import TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import BlockedEntry, BlockedNumber
from worker.ports.records.lead_records import DoNotCall
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.tables import do_not_call

_ENTRIES: Final = select(do_not_call.c.id, do_not_call.c.phone, do_not_call.c.description)


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
    def get(self, tenant_id: TenantId, reference: UUID | str) -> BlockedEntry:
        is_it = do_not_call.c.id == reference if isinstance(reference, UUID) else do_not_call.c.phone == reference
        row = self._connection.execute(_ENTRIES.where(do_not_call.c.tenant_id == tenant_id, is_it)).one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return BlockedEntry(row.id, row.phone, row.description)

    @override
    def page(self, tenant_id: TenantId, part: Slice) -> Page[BlockedEntry]:
        mine = do_not_call.c.tenant_id == tenant_id
        rows = self._connection.execute(
            _ENTRIES.where(mine).order_by(do_not_call.c.phone).limit(part.limit).offset(part.offset)
        )
        total = self._connection.scalar(select(func.count()).select_from(do_not_call).where(mine))
        return Page([BlockedEntry(row.id, row.phone, row.description) for row in rows], total or 0)
