"""Backfills that are still to be done."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import Connection, case, delete, select, update
from typing_extensions import override
from uuid_utils.compat import uuid7

from worker.domain.backfill import Backfill
from worker.ports.records.backfills import Backfills
from worker.store.base.dialect import insert_or_replace
from worker.store.base.tables import backfills

_READ: Final = [backfills.c[name] for name in Backfill.__dataclass_fields__]
_SUBJECT: Final = ("tenant_id", "kind", "subject")


class SqlBackfills(Backfills):
    """Backfills in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def put(self, backfill: Backfill) -> None:
        row = {column.name: getattr(backfill, column.name) for column in _READ}
        putting = insert_or_replace(self._connection, backfills, same=_SUBJECT, new=_joined)
        self._connection.execute(putting.values(id=uuid7(), **row))

    @override
    def due(self, *, now: DateTime, limit: int) -> Sequence[Backfill]:
        asked = (
            select(*_READ).where(backfills.c.due_at <= now).order_by(backfills.c.due_at, backfills.c.id).limit(limit)
        )
        return [Backfill(**row) for row in self._connection.execute(asked).mappings()]

    @override
    def hold(self, backfill: Backfill) -> bool:
        asked = select(backfills.c.id).where(*_as_read(backfill)).with_for_update(skip_locked=True)
        return self._connection.scalar(asked) is not None

    @override
    def save(self, backfill: Backfill) -> None:
        row = update(backfills).where(*_is(backfill))
        self._connection.execute(row.values(due_at=backfill.due_at, done_through=backfill.done_through))

    @override
    def finish(self, backfill: Backfill) -> None:
        self._connection.execute(delete(backfills).where(*_as_read(backfill)))


def _joined(wanted: Any) -> Mapping[str, Any]:  # Any: the row that could not be inserted; columns of one of two kinds
    earlier = case((backfills.c.due_at < wanted.due_at, backfills.c.due_at), else_=wanted.due_at)
    return {"due_at": earlier, "done_through": wanted.done_through}


def _is(backfill: Backfill) -> list[Any]:  # Any: conditions on columns of several types
    return [backfills.c[name] == getattr(backfill, name) for name in _SUBJECT]


def _as_read(backfill: Backfill) -> list[Any]:  # Any: see above
    return [*_is(backfill), backfills.c.done_through == backfill.done_through]
