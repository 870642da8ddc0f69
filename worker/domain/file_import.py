"""A file of leads, or of numbers that must not be called, on its way into the database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.ids import ImportId, ListId, TenantId

CLAIM: Final = Duration(minutes=2)
"""A worker that has not finished a batch for this long has died; another one goes on with the next row.

Longer than it takes to open the largest workbook: otherwise workers would take it from each other for ever.
"""
MOST_FAILURES: Final = 5
"""Batches in a row that ended in an error of ours; then the import ends."""


class FileKind(StrEnum):
    """What the rows of a file become."""

    LEADS = "leads"
    DO_NOT_CALL = "do_not_call"


class ImportState(StrEnum):
    """How far an import is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED: Final = frozenset({ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED})


class RowResult(StrEnum):
    """What the report says of a row that was not taken as it stands."""

    RESTORED = "restored"
    """It was added; its number had to be restored."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A row of the report, by its number in the file."""

    row: int
    result: RowResult
    value: str
    """The number's cell, masked."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImport:
    """An import, and what has become of the rows up to ``read_to``."""

    id: ImportId
    tenant_id: TenantId
    kind: FileKind
    list_id: ListId | None
    """None for numbers that must not be called."""
    scope: str
    file_name: str
    size: int
    """Of the file, in bytes."""
    state: ImportState = ImportState.WAITING
    rows: int = 0
    """How many the file has, about; 0 until it was opened."""
    read_to: int = 0
    """The number of the last row that was dealt with, in the file; 0 before the first."""
    added: int = 0
    restored: int = 0
    refused: int = 0
    failures: int = 0
    error: str = ""
    created_at: DateTime
    updated_at: DateTime
    ended_at: DateTime | None = None

    def after_batch(self, *, read_to: int, added: int, reported: Sequence[ReportedRow], now: DateTime) -> "FileImport":
        """Return the import with one more batch of rows."""
        refused = sum(row.result is RowResult.REFUSED for row in reported)
        return replace(
            self,
            read_to=read_to,
            added=self.added + added,
            refused=self.refused + refused,
            restored=self.restored + len(reported) - refused,
            failures=0,
            updated_at=now,
        )

    def ended(self, state: ImportState, *, now: DateTime, error: str = "") -> "FileImport":
        """Return the import as it ended."""
        return replace(self, state=state, error=error, updated_at=now, ended_at=now)

    def failed_once(self, *, now: DateTime) -> "FileImport":
        """Return the import after an error of ours, which ends it when it comes again and again."""
        after = replace(self, failures=self.failures + 1, updated_at=now)
        return (
            after
            if after.failures < MOST_FAILURES
            else after.ended(ImportState.FAILED, now=now, error="internal error")
        )
