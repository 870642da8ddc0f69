"""Backfills that are not finished."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import Connection, RowMapping, case, delete, exists, select, update
from typing_extensions import override
from uuid_utils.compat import uuid7

from worker.domain.backfill import Backfill, Cursor
from worker.domain.ids import LeadId
from worker.domain.number_sealing import SealingStage
from worker.ports.records.backfills import Backfills
from worker.store.base.dialect import insert_or_replace
from worker.store.base.hidden_tables import number_sealings
from worker.store.base.tables import backfills

_SUBJECT: Final = ("tenant_id", "kind", "subject")
_POSITION: Final = ("progress", "after_phone", "after_lead_id")
_READ: Final = [backfills.c[name] for name in (*_SUBJECT, "due_at", *_POSITION)]


_IS_REORDERED: Final = exists().where(
    number_sealings.c.tenant_id == backfills.c.tenant_id, number_sealings.c.stage == SealingStage.LEADS
)
"""Leads are read in the order of their stored numbers, which change now: a walk could miss some."""


class SqlBackfills(Backfills):
    """Backfills in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def put(self, backfill: Backfill) -> None:
        putting = insert_or_replace(self._connection, backfills, same=_SUBJECT, new=_joined)
        self._connection.execute(putting.values(id=uuid7(), **_to_row(backfill)))

    @override
    def due(self, *, now: DateTime, limit: int) -> Sequence[Backfill]:
        asked = (
            select(*_READ)
            .where(backfills.c.due_at <= now, ~_IS_REORDERED)
            .order_by(backfills.c.due_at, backfills.c.id)
            .limit(limit)
        )
        return [_from_row(row) for row in self._connection.execute(asked).mappings()]

    @override
    def lock(self, backfill: Backfill) -> bool:
        asked = select(backfills.c.id).where(*_as_read(backfill)).with_for_update(skip_locked=True)
        return self._connection.scalar(asked) is not None

    @override
    def save(self, backfill: Backfill) -> None:
        row = _to_row(backfill)
        changed = {name: row[name] for name in ("due_at", *_POSITION)}
        self._connection.execute(update(backfills).where(*_is(backfill)).values(changed))

    @override
    def finish(self, backfill: Backfill) -> None:
        self._connection.execute(delete(backfills).where(*_as_read(backfill)))


def _joined(wanted: Any) -> Mapping[str, Any]:  # Any: the row that could not be inserted; columns of several types
    earlier = case((backfills.c.due_at < wanted.due_at, backfills.c.due_at), else_=wanted.due_at)
    return {"due_at": earlier, **{name: wanted[name] for name in _POSITION}}


def _to_row(backfill: Backfill) -> dict[str, Any]:  # Any: values of several types
    cursor = backfill.cursor
    return {
        "tenant_id": backfill.tenant_id,
        "kind": backfill.kind,
        "subject": backfill.subject,
        "due_at": backfill.due_at,
        "progress": backfill.progress,
        "after_phone": None if cursor is None else cursor.phone,
        "after_lead_id": None if cursor is None else cursor.lead_id,
    }


def _from_row(row: RowMapping) -> Backfill:
    cursor = None if row["after_phone"] is None else Cursor(row["after_phone"], LeadId(row["after_lead_id"]))
    subject = {name: row[name] for name in _SUBJECT}
    return Backfill(**subject, due_at=row["due_at"], progress=row["progress"], cursor=cursor)


def _is(backfill: Backfill) -> list[Any]:  # Any: conditions on columns of several types
    return [backfills.c[name] == getattr(backfill, name) for name in _SUBJECT]


def _as_read(backfill: Backfill) -> list[Any]:  # Any: see above
    """Return the conditions under which the row is as it was read; a row that was put again has no cursor."""
    row = _to_row(backfill)
    return [*_is(backfill), *(backfills.c[name].is_not_distinct_from(row[name]) for name in _POSITION)]
