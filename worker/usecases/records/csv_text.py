"""A table as CSV text, batch by batch."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from worker.domain.export.cells import harmless
from worker.domain.export.table import Row, Table

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it Excel reads UTF-8 as another encoding, and Vietnamese names are spoilt; many programs do not want it."""


def csv_parts(table: Table, *, separator: str = ",", mark: bool = False) -> Iterator[str]:
    """Yield the table as CSV, the headings first; ``mark`` puts a byte order mark before them.

    Texts are quoted, so that no other separator divides them; those that a spreadsheet would execute are defused.
    """
    yield (BYTE_ORDER_MARK if mark else "") + _lines([table.headings], separator=separator)
    for batch in table.batches:
        yield _lines(batch, separator=separator)


def _lines(rows: Iterable[Row], *, separator: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()
