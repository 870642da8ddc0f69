"""The report of an import as CSV: rows that were refused, and rows whose number had to be restored."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from worker.domain.ids import ImportId
from worker.ports.records.store import RecordStore
from worker.usecases.records import queries

HEADER: Final = ("row", "result", "phone_number", "why")
ROWS_TOGETHER: Final = 5000


def report_lines(store: RecordStore, *, import_id: ImportId) -> Iterator[str]:
    """Yield the report page by page, the header first."""
    yield _csv([HEADER])
    after = 0
    while page := queries.import_report(store, import_id=import_id, after=after, limit=ROWS_TOGETHER):
        yield _csv((row.row, row.result.value, row.value, row.why) for row in page)
        after = page[-1].row


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
