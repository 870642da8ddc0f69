"""Chores that are still to be done."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import Connection, case, delete, select, update
from typing_extensions import override
from uuid_utils.compat import uuid7

from worker.domain.chore import Chore
from worker.ports.records.chores import Chores
from worker.store.base.dialect import insert_or_replace
from worker.store.base.tables import chores

_READ: Final = [chores.c[name] for name in Chore.__dataclass_fields__]
_SUBJECT: Final = ("tenant_id", "kind", "subject")


class SqlChores(Chores):
    """Chores in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def put(self, chore: Chore) -> None:
        row = {column.name: getattr(chore, column.name) for column in _READ}
        putting = insert_or_replace(self._connection, chores, same=_SUBJECT, new=_joined)
        self._connection.execute(putting.values(id=uuid7(), **row))

    @override
    def due(self, *, now: DateTime, limit: int) -> Sequence[Chore]:
        asked = select(*_READ).where(chores.c.due_at <= now).order_by(chores.c.due_at, chores.c.id).limit(limit)
        return [Chore(**row) for row in self._connection.execute(asked).mappings()]

    @override
    def hold(self, chore: Chore) -> bool:
        asked = select(chores.c.id).where(*_as_read(chore)).with_for_update(skip_locked=True)
        return self._connection.scalar(asked) is not None

    @override
    def save(self, chore: Chore) -> None:
        row = update(chores).where(*_is(chore))
        self._connection.execute(row.values(due_at=chore.due_at, done_through=chore.done_through))

    @override
    def finish(self, chore: Chore) -> None:
        self._connection.execute(delete(chores).where(*_as_read(chore)))


def _joined(wanted: Any) -> Mapping[str, Any]:  # Any: the row that could not be inserted; columns of one of two kinds
    earlier = case((chores.c.due_at < wanted.due_at, chores.c.due_at), else_=wanted.due_at)
    return {"due_at": earlier, "done_through": wanted.done_through}


def _is(chore: Chore) -> list[Any]:  # Any: conditions on columns of several types
    return [chores.c[name] == getattr(chore, name) for name in _SUBJECT]


def _as_read(chore: Chore) -> list[Any]:  # Any: see above
    return [*_is(chore), chores.c.done_through == chore.done_through]
