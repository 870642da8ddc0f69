"""CDRs that switches posted, in SQL."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, delete, exists, insert, select
from typing_extensions import override

from worker.domain.ids import CallId
from worker.ports.dispatch.second_source import DialledOn, PostedCdr, PostedCdrId, PostedCdrs
from worker.store.base.dialect import among
from worker.store.base.switch_tables import posted_cdrs
from worker.store.base.tables import calls

_FIELDS: Final = tuple(PostedCdr.__dataclass_fields__)
_WAITING: Final = select(exists(select(posted_cdrs.c.id)))
_OLDEST: Final = select(posted_cdrs).order_by(posted_cdrs.c.id).with_for_update(skip_locked=True)

_DIALLED: Final = select(calls.c.id, calls.c.switch, calls.c.refusals).where(
    among(calls.c.id, "calls"), calls.c.switch != ""
)


class SqlPostedCdrs(PostedCdrs):
    """Posted CDRs."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def add(self, cdrs: Sequence[PostedCdr]) -> None:
        if cdrs:
            rows = [{name: getattr(cdr, name) for name in _FIELDS} | {"facts": dict(cdr.facts)} for cdr in cdrs]
            self._connection.execute(insert(posted_cdrs), rows)

    @override
    def are_waiting(self) -> bool:
        return bool(self._connection.scalar(_WAITING))

    @override
    def take(self, *, limit: int) -> list[PostedCdr]:
        rows = self._connection.execute(_OLDEST.limit(limit)).mappings()
        return [PostedCdr(**{**row, "id": PostedCdrId(row["id"]), "call_id": CallId(row["call_id"])}) for row in rows]

    @override
    def dialled_on(self, call_ids: Collection[CallId]) -> dict[CallId, DialledOn]:
        rows = self._connection.execute(_DIALLED, {"calls": list(call_ids)})
        return {CallId(row.id): DialledOn(row.switch, row.refusals + 1) for row in rows}

    @override
    def delete(self, cdr_ids: Collection[PostedCdrId]) -> None:
        if cdr_ids:
            self._connection.execute(delete(posted_cdrs).where(posted_cdrs.c.id.in_(list(cdr_ids))))
