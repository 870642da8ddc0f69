"""Files that are being imported, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, or_, select, update
from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.file_import import CLAIM, ENDED, FileImport, FileKind, ImportState, ReportedRow
from worker.domain.ids import ImportId, TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.file_imports import FileImports
from worker.store.base.import_tables import file_imports, file_parts, import_reports

_COLUMNS: Final = [file_imports.c[name] for name in FileImport.__dataclass_fields__]
_REPORTED: Final = [import_reports.c[name] for name in ReportedRow.__dataclass_fields__]


class SqlFileImports(FileImports):
    """Imports in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def add(self, new: FileImport) -> None:
        self._connection.execute(insert(file_imports).values(_to_row(new)))

    @override
    def add_part(self, import_id: ImportId, number: int, content: bytes) -> None:
        row = {"import_id": import_id, "number": number, "content": content}
        self._connection.execute(insert(file_parts).values(row))

    @override
    def part(self, import_id: ImportId, number: int) -> bytes | None:
        is_it = (file_parts.c.import_id == import_id, file_parts.c.number == number)
        content: bytes | None = self._connection.scalar(select(file_parts.c.content).where(*is_it))
        return content

    @override
    def get(self, tenant_id: TenantId, import_id: ImportId) -> FileImport:
        return self._found(file_imports.c.tenant_id == tenant_id, file_imports.c.id == import_id)

    @override
    def page(self, tenant_id: TenantId, part: Slice, *, kind: FileKind | None) -> Page[FileImport]:
        wanted = [file_imports.c.tenant_id == tenant_id]
        if kind is not None:
            wanted.append(file_imports.c.kind == kind)
        newest = select(*_COLUMNS).where(*wanted).order_by(file_imports.c.created_at.desc(), file_imports.c.id.desc())
        rows = self._connection.execute(newest.limit(part.limit).offset(part.offset)).mappings()
        total = self._connection.scalar(select(func.count()).select_from(file_imports).where(*wanted))
        return Page([FileImport(**row) for row in rows], total or 0)

    @override
    def claim(self, *, by: UUID, now: DateTime) -> FileImport | None:
        first = (file_imports.c.kind, file_imports.c.created_at, file_imports.c.id)  # "do_not_call" before "leads"
        return self._claimed(select(*_COLUMNS).where(_is_free(now)).order_by(*first).limit(1), by=by, now=now)

    @override
    def claim_one(self, import_id: ImportId, *, by: UUID, now: DateTime) -> FileImport | None:
        asked = select(*_COLUMNS).where(_is_free(now), file_imports.c.id == import_id)
        return self._claimed(asked, by=by, now=now)

    def _claimed(self, asked: Select[*tuple[Any, ...]], *, by: UUID, now: DateTime) -> FileImport | None:
        """Claim the row that is asked for; None when there is none, or another worker is about to claim it."""
        row = self._connection.execute(asked.with_for_update(skip_locked=True)).mappings().one_or_none()
        if row is None:
            return None
        claiming = update(file_imports).where(file_imports.c.id == row["id"])
        values = {"claimed_by": by, "claimed_until": now + CLAIM, "state": ImportState.RUNNING}
        self._connection.execute(claiming.values(**values))
        return FileImport(**{**row, "state": ImportState.RUNNING})

    @override
    def lock(self, import_id: ImportId, *, by: UUID) -> FileImport | None:
        mine = (file_imports.c.id == import_id, file_imports.c.claimed_by == by, file_imports.c.ended_at.is_(None))
        row = self._connection.execute(select(*_COLUMNS).where(*mine).with_for_update()).mappings().one_or_none()
        return None if row is None else FileImport(**row)

    @override
    def lock_any(self, tenant_id: TenantId, import_id: ImportId) -> FileImport:
        return self._found(file_imports.c.tenant_id == tenant_id, file_imports.c.id == import_id, is_locked=True)

    @override
    def save(self, after: FileImport, *, reported: Sequence[ReportedRow] = ()) -> None:
        saving = update(file_imports).where(file_imports.c.id == after.id)
        self._connection.execute(saving.values(**_to_row(after), claimed_until=after.updated_at + CLAIM))
        if reported:
            rows = [{"import_id": after.id, **asdict(row)} for row in reported]
            self._connection.execute(insert(import_reports), rows)
        if after.state in ENDED:
            self._connection.execute(delete(file_parts).where(file_parts.c.import_id == after.id))

    @override
    def release(self, import_id: ImportId, *, by: UUID) -> None:
        mine = (file_imports.c.id == import_id, file_imports.c.claimed_by == by)
        self._connection.execute(update(file_imports).where(*mine).values(claimed_by=None, claimed_until=None))

    @override
    def report(self, import_id: ImportId, *, after: int, limit: int) -> list[ReportedRow]:
        beyond = (import_reports.c.import_id == import_id, import_reports.c.row > after)
        asked = select(*_REPORTED).where(*beyond).order_by(import_reports.c.row).limit(limit)
        return [ReportedRow(**row) for row in self._connection.execute(asked).mappings()]

    @override
    def waiting(self, *, now: DateTime) -> int:
        return self._connection.scalar(select(func.count()).select_from(file_imports).where(_is_free(now))) or 0

    @override
    def drop_old(self, *, before: DateTime, limit: int) -> int:
        old = select(file_imports.c.id).where(file_imports.c.state.in_(sorted(ENDED)), file_imports.c.ended_at < before)
        dropped = self._connection.execute(delete(file_imports).where(file_imports.c.id.in_(old.limit(limit))))
        return dropped.rowcount

    def _found(self, *conditions: ColumnElement[bool], is_locked: bool = False) -> FileImport:
        asked = select(*_COLUMNS).where(*conditions)
        row = self._connection.execute(asked.with_for_update() if is_locked else asked).mappings().one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return FileImport(**row)


def _is_free(now: DateTime) -> ColumnElement[bool]:
    state, until = file_imports.c.state, file_imports.c.claimed_until
    return and_(state.in_(["waiting", "running"]), or_(until.is_(None), until < now))


def _to_row(one: FileImport) -> dict[str, Any]:  # Any: values of several types
    return {column.name: getattr(one, column.name) for column in _COLUMNS}
