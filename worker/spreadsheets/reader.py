"""Read a file with a table: CSV in the encodings and separators of spreadsheets, or a workbook."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from typing_extensions import override

from worker.domain.errors import Invalid
from worker.ports.records.tables import OpenTable, TableReader
from worker.spreadsheets.csv_file import open_csv
from worker.spreadsheets.workbook import open_workbook

_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS: Final = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed with gzip",
    b"{\\rtf": "a text document",
    b"<": "HTML or XML",
}


class SpreadsheetReader(TableReader):
    """Reads CSV, XLSX, XLS and ODS."""

    @override
    @contextmanager
    def open(self, file: BinaryIO) -> Iterator[OpenTable]:
        start = file.read(len(_COMPOUND))
        file.seek(0)
        if not start:
            raise Invalid("the file is empty")
        if start.startswith((_ZIP, _COMPOUND)):
            yield open_workbook(file)
            return
        for mark, kind in _OTHERS.items():
            if start.lstrip().startswith(mark):
                raise Invalid(f"the file is {kind}, not CSV or a workbook")
        with open_csv(file) as table:
            yield table
