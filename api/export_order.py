"""What is exported and how it is written: all that another process needs to make the file."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from worker.domain.chosen_ids import ChosenIds
from worker.domain.export.table import Headings, Table
from worker.ports.records.entities import CdrFilter, LeadFilter, Tenant
from worker.ports.records.store import RecordStore
from worker.ports.records.workbooks import WorkbookWriter
from worker.usecases.records.csv_text import csv_parts
from worker.usecases.records.export_cdrs import cdr_table
from worker.usecases.records.export_leads import lead_table
from worker.usecases.records.hide_numbers import Sight

GZIP: Final = 31
"""zlib's window for the format of gzip."""
LEVEL: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """One file; it is pickled on its way to another process."""

    tenant: Tenant
    wanted: CdrFilter | LeadFilter | None
    """None: no CDR."""
    headings: Headings
    seen: Sight
    ids: ChosenIds | None
    """The ids that the tenant chose itself, which the file shows."""
    is_workbook: bool
    separator: str
    mark: bool
    """True: a byte order mark stands before CSV."""
    is_packed: bool

    @property
    def title(self) -> str:
        """Return the file's name without an ending."""
        return "leads" if isinstance(self.wanted, LeadFilter) else "cdrs"


def parts_of(order: ExportOrder, *, store: RecordStore, workbooks: WorkbookWriter) -> Iterator[bytes]:
    """Yield the file piece by piece, each in a short transaction; the first one holds the headings."""
    table = _with_chosen_ids(_table(order, store), order.ids)
    parts = workbooks.parts(table) if order.is_workbook else _csv(table, order)
    return _packed(parts) if order.is_packed else parts


def _table(order: ExportOrder, store: RecordStore) -> Table:
    match order.wanted:
        case LeadFilter() as wanted:
            return lead_table(store, tenant=order.tenant, wanted=wanted, headings=order.headings, seen=order.seen)
        case wanted:
            return cdr_table(store, tenant=order.tenant, wanted=wanted, headings=order.headings, seen=order.seen)


def _csv(table: Table, order: ExportOrder) -> Iterator[bytes]:
    for part in csv_parts(table, separator=order.separator, mark=order.mark):
        yield part.encode()


def _with_chosen_ids(table: Table, ids: ChosenIds | None) -> Table:
    if ids is None:
        return table
    batches = (
        [[ids.shown(cell) if isinstance(cell, str) else cell for cell in row] for row in batch]
        for batch in table.batches
    )
    return Table(table.title, table.headings, batches)


def _packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces in the format of gzip."""
    packer = zlib.compressobj(LEVEL, wbits=GZIP)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()
