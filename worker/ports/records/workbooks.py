"""The port for workbooks that are written as their rows come."""

from collections.abc import Iterator
from typing import Protocol

from worker.domain.export.table import Table


class WorkbookWriter(Protocol):
    """Writes XLSX files."""

    def parts(self, table: Table) -> Iterator[bytes]:
        """Yield the file piece by piece; a table that is too long for one sheet goes on in the next.

        Texts are cells of text, which no spreadsheet executes.
        """
