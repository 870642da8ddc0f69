"""Import files in the background, batch by batch: each batch and how far it got are one transaction.

So a worker that dies costs nothing: another one goes on with the next row, and no row is added twice.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from tempfile import TemporaryFile
from typing import BinaryIO, Final, assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.caps import Cap
from worker.domain.errors import Rejected, Unavailable
from worker.domain.file_import import FileImport, FileKind, ImportState
from worker.domain.ids import ListId
from worker.domain.spreadsheet.columns import Columns
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import DuplicateScope, Tenant
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.ports.records.tables import OpenTable, TableReader, TableRow
from worker.usecases.records.file_rows import Batch, below_header, blocked_of, read_batch, refused_numbers
from worker.usecases.records.import_leads import LeadImport, asking, import_in

logger = logging.getLogger(__name__)

BATCH: Final = 2000
"""Rows of one transaction, which locks its list so long."""
COUNTED_EVERY: Final = 20
"""Batches after which the list's leads are counted again: what others add meanwhile may exceed the cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """What imports files."""

    store: RecordStore
    queue: JobQueue
    reader: TableReader
    clock: Clock
    new_id: Callable[[], UUID]
    caps: Mapping[Cap, int]
    is_stopping: Callable[[], bool]
    told: Callable[[FileImport], None] = lambda _: None
    """Receives an import after each batch, for who watches it."""


def run_imports(importer: Importer) -> int:
    """Import files, the oldest first, until none waits or this process stops; return how many rows were read."""
    read, worker_id = 0, importer.new_id()
    while not importer.is_stopping():
        with importer.store.transaction() as tx:
            claimed = tx.file_imports.claim(by=worker_id, now=importer.clock.now())
        if claimed is None:
            break
        read += _Run(importer, claimed, worker_id).run()
    return read


def run_import(importer: Importer, claimed: FileImport, *, worker_id: UUID) -> None:
    """Import a file that this worker has claimed, until it ends or this process stops."""
    _Run(importer, claimed, worker_id).run()


class _Run:
    """One worker's work on one file."""

    def __init__(self, importer: Importer, claimed: FileImport, worker_id: UUID) -> None:
        self._importer = importer
        self._claimed = claimed
        self._worker_id = worker_id
        self._used: int | None = None
        self._uncounted = 0

    def run(self) -> int:
        """Import what is left of the file; return how many rows were read."""
        before = self._claimed.read_to
        try:
            with TemporaryFile() as file:
                self._copy_to(file)
                if self._import_rows(file):
                    self._end(ImportState.DONE)
        except Unavailable:
            extra = self._extra("import_interrupted")
            logger.warning("the database is away, the import goes on later", extra=extra)
        except Rejected as error:
            self._end(ImportState.FAILED, error=str(error))
        except Exception:
            logger.exception("import failed", extra=self._extra("import_failed"))
            self._fail_once()
        return self._claimed.read_to - before

    def _copy_to(self, file: BinaryIO) -> None:
        """Write the file's parts into one file on this machine: a workbook is read from its end."""
        number = 0
        while True:
            with self._importer.store.reading() as tx:
                part = tx.file_imports.part(self._claimed.id, number)
            if part is None:
                break
            file.write(part)
            number += 1
        file.seek(0)

    def _import_rows(self, file: BinaryIO) -> bool:
        """Import the rows that are left; False when this worker has to leave some to another one."""
        with self._importer.reader.open(file) as table:
            self._claimed = replace(self._claimed, rows=table.total)
            return self._import_table(table)

    def _import_table(self, table: OpenTable) -> bool:
        columns, rows = below_header(table.rows, kind=self._claimed.kind)
        left = (row for row in rows if row.number > self._claimed.read_to)
        with ThreadPoolExecutor(1) as reader:  # the next rows are read while the database stores these
            following = reader.submit(self._read, left, columns)
            while batch := following.result():
                following = reader.submit(self._read, left, columns)
                if self._importer.is_stopping():
                    with self._importer.store.transaction() as tx:
                        tx.file_imports.release(self._claimed.id, by=self._worker_id)
                    self._importer.queue.import_files()
                    return False
                if not self._import_batch(batch):
                    return False
        return True

    def _read(self, rows: Iterator[TableRow], columns: Columns) -> Batch | None:
        """Return the next rows, read as far as that needs no database; None at the end."""
        found = list(islice(rows, BATCH))
        return read_batch(found, columns=columns, kind=self._claimed.kind) if found else None

    def _import_batch(self, batch: Batch) -> bool:
        """Import some rows in one transaction; False when the import was cancelled, or another worker has it."""
        with self._importer.store.transaction() as tx:
            current = tx.file_imports.lock(self._claimed.id, by=self._worker_id)
            if current is None:
                return False
            now = self._importer.clock.now()
            problems = self._add(tx, batch, current=current, now=now)
            reported = batch.report(problems)
            counted = replace(current, rows=self._claimed.rows)
            added = len(batch.rows) - len(problems)
            after = counted.after_batch(read_to=batch.rows[-1].number, added=added, reported=reported, now=now)
            tx.file_imports.save(after, reported=reported)
        self._claimed = after
        self._importer.told(after)
        return True

    def _add(self, tx: RecordTransaction, batch: Batch, *, current: FileImport, now: DateTime) -> Mapping[int, str]:
        """Add what the rows stand for; return the problem of each other row."""
        tenant = tx.tenants.get(current.tenant_id)
        match current.kind:
            case FileKind.LEADS:
                return self._add_leads(tx, batch, current=current, tenant=tenant, now=now)
            case FileKind.DO_NOT_CALL:
                taken = tx.do_not_call.add(tenant.id, blocked_of(batch), now=now)
                return {**batch.problems, **refused_numbers(batch, taken=taken)}
            case never:
                assert_never(never)

    def _add_leads(
        self, tx: RecordTransaction, batch: Batch, *, current: FileImport, tenant: Tenant, now: DateTime
    ) -> Mapping[int, str]:
        importer = self._importer
        if current.list_id is None:
            raise AssertionError("leads are imported into a list")
        self._uncounted += 1
        if self._uncounted > COUNTED_EVERY:
            self._used, self._uncounted = None, 0
        wanted = LeadImport(
            tenant,
            ListId(current.list_id),
            list(batch.drafts.values()),
            DuplicateScope(current.scope),
            importer.caps,
            self._used,
        )
        ask = asking(importer.store, importer.queue, tenant)
        rows = batch.drafts, batch.problems
        imported = import_in(tx, rows, wanted=wanted, ask=ask, now=now, new_id=importer.new_id)
        self._used = imported.used
        return imported.problems

    def _end(self, state: ImportState, *, error: str = "") -> None:
        self._save(lambda current, now: current.ended(state, now=now, error=error))
        extra = self._extra("import_ended") | {"state": state.value, "error": error}
        logger.info("import ended", extra=extra)

    def _fail_once(self) -> None:
        self._save(lambda current, now: current.failed_once(now=now))

    def _save(self, change: Callable[[FileImport, DateTime], FileImport]) -> None:
        with self._importer.store.transaction() as tx:
            current = tx.file_imports.lock(self._claimed.id, by=self._worker_id)
            if current is not None:
                after = change(replace(current, rows=self._claimed.rows), self._importer.clock.now())
                tx.file_imports.save(after)

    def _extra(self, action: str) -> dict[str, object]:
        return {"action": action, "import_id": str(self._claimed.id), "rows": self._claimed.read_to}
