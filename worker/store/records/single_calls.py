"""Leads of single calls, and the list that each campaign keeps for them."""

from dataclasses import asdict
from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, Row, Select, bindparam, insert, select, text
from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.ids import TenantId
from worker.domain.lead import Stage
from worker.domain.one_time_code import code_of, with_code
from worker.domain.secret_place import SecretPlace
from worker.ports.records.entities import ListRecord
from worker.ports.records.single_calls import PromisedCall, SingleCall, SingleCalls
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.sealing import Sealer
from worker.store.base.secret_tables import one_time_codes
from worker.store.base.tables import leads, lists

_LIST_COLUMNS: Final = [column for name, column in lists.c.items() if name in ListRecord.__dataclass_fields__]


class SqlSingleCalls(SingleCalls):
    """Single calls in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def home(self, wanted: ListRecord) -> ListRecord:
        found = self._list_like(wanted)
        if found is None:
            row = {column.name: getattr(wanted, column.name) for column in _LIST_COLUMNS}
            self._connection.execute(insert_or_ignore(self._connection, lists).values(row))
            found = self._list_like(wanted)  # another request may have added it first
        if found is None:
            raise NotFound("list is not found")
        return ListRecord(**found._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping

    @override
    def add(self, call: SingleCall, *, now: DateTime) -> None:
        code = code_of(call.additional) if call.stage is Stage.OTP else ""
        row = {**asdict(call), "due_at": now, "called_count": 0, "created_at": now, "updated_at": now}
        if code:
            sealed = Sealer(self._connection).seal(code, place=SecretPlace.ONE_TIME_CODE)
            row["additional"] = with_code(call.additional, sealed)
        self._connection.execute(insert(leads).values(row))
        if code:
            self._connection.execute(insert(one_time_codes).values(lead_id=call.id))

    @override
    def newest(self, tenant_id: TenantId, ref_id: str) -> PromisedCall:
        row = self._connection.execute(NEWEST, {"tenant": tenant_id, "ref": ref_id}).one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return PromisedCall(row.call_id, row.stage, row.ending)

    def _list_like(self, wanted: ListRecord) -> Row[*tuple[object, ...]] | None:
        same = lists.c.campaign_id == wanted.campaign_id, lists.c.name == wanted.name
        return self._connection.execute(select(*_LIST_COLUMNS).where(*same)).one_or_none()


def _newest() -> Select[*tuple[object, ...]]:
    """Select by reference, with the condition of the partial index, without which SQLite would not use it."""
    return (
        select(leads.c.call_id, leads.c.stage, leads.c.ending)
        .where(
            leads.c.tenant_id == bindparam("tenant"),
            leads.c.ref_id == bindparam("ref"),
            text("leads.ref_id != ''"),
        )
        .order_by(leads.c.id.desc())
        .limit(1)
    )


NEWEST: Final = _newest()
