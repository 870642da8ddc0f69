"""CDRs as a table, in constant memory: batches in short transactions, each behind the last one of the batch before.

The API streams it, and a command writes it to a file::

    table = cdr_table(store, tenant=tenant, wanted=CdrFilter(), headings=Headings.ENGLISH)
    for part in csv_parts(table, separator=","):  # text of 200 rows
        file.write(part)
"""

from collections.abc import Iterator, Sequence
from typing import Final

from worker.domain.cdr import Cdr
from worker.domain.export.cdr_table import COLUMNS, cdr_row
from worker.domain.export.cells import LocalTimes
from worker.domain.export.table import Headings, Row, Table
from worker.ports.records.cdrs import place_of
from worker.ports.records.entities import CdrFilter, Tenant
from worker.ports.records.store import RecordStore
from worker.usecases.records.hide_numbers import WHOLE, Sight

ROWS_TOGETHER: Final = 200
"""About 10 ms of work on an idle machine: so long may an export slow down another request of its process."""


def cdr_batches(
    store: RecordStore, *, tenant: Tenant, wanted: CdrFilter, seen: Sight = WHOLE, together: int = ROWS_TOGETHER
) -> Iterator[Sequence[Cdr]]:
    """Yield all CDRs, newest first, as the caller may see them; calls that end meanwhile may be left out."""
    after = None
    while True:
        with store.reading() as tx:
            rows = tx.cdrs.older(tenant.id, wanted=wanted, limit=together, after=after)
        if rows:
            yield seen.cdrs(rows)
        if len(rows) < together:
            return
        after = place_of(rows[-1])


def cdr_table(
    store: RecordStore,
    *,
    tenant: Tenant,
    wanted: CdrFilter | None,
    headings: Headings = Headings.ENGLISH,
    seen: Sight = WHOLE,
) -> Table:
    """Return the CDRs as a table, with times in the tenant's zone; None instead of a filter: there are none."""
    times = LocalTimes(tenant.timezone)

    def rows() -> Iterator[Sequence[Row]]:
        if wanted is not None:
            for batch in cdr_batches(store, tenant=tenant, wanted=wanted, seen=seen):
                yield [cdr_row(cdr, times=times) for cdr in batch]

    return Table("cdrs", [column.heading(headings) for column in COLUMNS], rows())
