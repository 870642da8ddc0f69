"""The audit trail in SQL: an entry is written in the transaction of the change that it reports."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select
from typing_extensions import override
from uuid_utils.compat import uuid7

from worker.domain.ids import TenantId
from worker.domain.json_value import Json
from worker.domain.masking import masked
from worker.ports.paging import Page, Slice
from worker.ports.records.audit import Act, AuditEntry, AuditFilter, AuditTrail, Subject
from worker.store.base.audit_tables import audit
from worker.store.base.dialect import changes_so_far
from worker.store.base.tables import metadata

_COLUMNS: Final = tuple(column for column in audit.c if column.name != "tenant_id")
_UNTOLD: Final = frozenset({"updated_at", "rotation", "next_plan_at"})
"""Columns that change with every edit, or by dialling."""


@contextmanager
def audited(connection: Connection, act: Act | None) -> Iterator[None]:
    """Run the block's changes; write an entry of the act before the commit, with what they changed of its subject.

    Without an act, which is the system's own work, no entry is written.
    """
    if act is None:
        yield
        return
    unchanged, before = changes_so_far(connection), _row(connection, act.subject)
    yield
    if changes_so_far(connection) == unchanged:
        return
    after = _row(connection, act.subject)
    changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    told = sorted(name for name in changed if name not in _UNTOLD)
    is_personal = act.subject is not None and act.subject.table == "leads"
    values = {
        "id": uuid7(),  # an act of several transactions has an entry of each
        **{name: getattr(act, name) for name in _OF_ACT},
        "before": masked({name: before[name] for name in told}, is_personal=is_personal) if before else None,
        "after": masked({name: after[name] for name in told}, is_personal=is_personal) if after else None,
    }
    connection.execute(insert(audit).values(values))


_OF_ACT: Final = ("tenant_id", "at", "actor", "key_id", "role", "address", "request_id", "action", "subject_id", "sent")


def _row(connection: Connection, subject: Subject | None) -> dict[str, Json]:
    """Return the subject's row as JSON; empty when there is none."""
    if subject is None:
        return {}
    table = metadata.tables[subject.table]
    row = connection.execute(select(table).where(table.c.id == subject.id)).mappings().one_or_none()
    return {} if row is None else {name: _json(value) for name, value in row.items()}


def _json(value: Any) -> Json:  # Any: a column's value
    match value:
        case UUID() | StrEnum():
            return str(value)
        case DateTime():
            return value.isoformat()
        case Mapping():
            return {str(name): _json(inner) for name, inner in value.items()}
        case list():
            return [_json(inner) for inner in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


class SqlAuditTrail(AuditTrail):
    """The audit trail in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def page(
        self, tenant_id: TenantId, part: Slice, *, wanted: AuditFilter, with_installation: bool
    ) -> Page[AuditEntry]:
        ours = audit.c.tenant_id == tenant_id
        whose = or_(ours, audit.c.tenant_id.is_(None)) if with_installation else ours
        these = (whose, *_conditions(wanted))
        newest = select(*_COLUMNS).where(*these).order_by(audit.c.id.desc())
        rows = self._connection.execute(newest.limit(part.limit).offset(part.offset)).mappings()
        total = self._connection.scalar(select(func.count()).select_from(audit).where(*these))
        return Page([AuditEntry(**row) for row in rows], total or 0)

    @override
    def drop(self, *, before: DateTime, limit: int) -> int:
        oldest = select(audit.c.id).where(audit.c.at < before).order_by(audit.c.at).limit(limit)
        return self._connection.execute(delete(audit).where(audit.c.id.in_(oldest))).rowcount


def _conditions(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield audit.c.at >= wanted.since
    if wanted.until is not None:
        yield audit.c.at < wanted.until
    if wanted.action is not None:
        yield audit.c.action.startswith(wanted.action, autoescape=True)
    for name in ("key_id", "actor", "address", "request_id", "subject_id"):
        value = getattr(wanted, name)
        if value is not None:
            yield audit.c[name] == value
