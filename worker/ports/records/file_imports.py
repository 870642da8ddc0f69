"""The port for files that are being imported."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.file_import import FileImport, FileKind, ReportedRow
from worker.domain.ids import ImportId, TenantId
from worker.ports.paging import Page, Slice


class FileImports(Protocol):
    """Imports, their files until they are read, and their reports."""

    def add(self, new: FileImport) -> None:
        """Store an import without its file."""

    def add_part(self, import_id: ImportId, number: int, content: bytes) -> None:
        """Store a part of its file; the parts are numbered from 0."""

    def part(self, import_id: ImportId, number: int) -> bytes | None:
        """Return a part of its file; None after the last one."""

    def get(self, tenant_id: TenantId, import_id: ImportId) -> FileImport:
        """Return an import; raises ``NotFound``."""

    def page(self, tenant_id: TenantId, part: Slice, *, kind: FileKind | None) -> Page[FileImport]:
        """Return imports, the newest first."""

    def claim(self, *, by: UUID, now: DateTime) -> FileImport | None:
        """Return the oldest import that no worker has, which is this one's for ``CLAIM``; None when there is none."""

    def claim_one(self, import_id: ImportId, *, by: UUID, now: DateTime) -> FileImport | None:
        """Return this import, which is this worker's for ``CLAIM``; None when another has it, or it has ended."""

    def lock(self, import_id: ImportId, *, by: UUID) -> FileImport | None:
        """Lock an import; None when another worker has it now, or it has ended."""

    def lock_any(self, tenant_id: TenantId, import_id: ImportId) -> FileImport:
        """Lock an import that any worker may have; raises ``NotFound``."""

    def save(self, after: FileImport, *, reported: Sequence[ReportedRow] = ()) -> None:
        """Write an import and more rows of its report, and claim it anew; the file of one that ended is deleted."""

    def release(self, import_id: ImportId, *, by: UUID) -> None:
        """Drop the claim, so that another worker may have the import at once."""

    def report(self, import_id: ImportId, *, after: int, limit: int) -> list[ReportedRow]:
        """Return rows of the report beyond the row ``after``, in the order of the file."""

    def waiting(self, *, now: DateTime) -> int:
        """Count imports that no worker has."""

    def drop_old(self, *, before: DateTime, limit: int) -> int:
        """Delete imports that ended before then, with their reports; return how many."""
