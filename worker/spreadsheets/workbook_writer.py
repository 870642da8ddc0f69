"""Writes a workbook (XLSX, ISO/IEC 29500) while its rows are read, in constant memory and without temporary files.

The libraries for workbooks keep all rows in a temporary file, and give the first byte after the last row: a gigabyte
and minutes of silence for a million rows. A sheet is text in a ZIP, which ``zipfile`` writes as it comes. Sheets
stay below 4 GiB, since Excel offers to repair archives with ZIP64.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import RawIOBase
from typing import IO, Final
from xml.sax.saxutils import escape, quoteattr

from typing_extensions import override

from worker.domain.export.cells import Cell
from worker.domain.export.table import Row, Table
from worker.ports.records.workbooks import WorkbookWriter

MOST_ROWS: Final = 1_048_576
"""Excel's limit of a sheet."""
MOST_BYTES: Final = 1024**3
"""Of a sheet's text, a quarter of what a ZIP without extensions can hold."""
LONGEST_CELL: Final = 32_767
_LEVEL: Final = 3
"""Of compression: half the time of zlib's own choice, for a tenth more bytes."""
_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""Of the files in the archive, so that the same rows give the same bytes."""
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class XlsxWriter(WorkbookWriter):
    """Writes XLSX files; the limits are Excel's, but for tests."""

    def __init__(self, *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> None:
        """Begin another sheet after so many rows, headings included, or so many bytes."""
        self._most_rows = most_rows
        self._most_bytes = most_bytes

    @override
    def parts(self, table: Table) -> Iterator[bytes]:
        written, rows, sheets = _Written(), _Rows(table.batches), 0
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            while not sheets or rows.has_more:
                sheets += 1
                with archive.open(_file(f"xl/worksheets/sheet{sheets}.xml"), "w") as file:
                    yield from self._fill(_Sheet(file, table.headings), rows, written)
            for name, text in _around(table.title, sheets=sheets):
                archive.writestr(_file(name), _HEAD + text)
        yield written.taken()

    def _fill(self, sheet: "_Sheet", rows: "_Rows", written: "_Written") -> Iterator[bytes]:
        """Fill one sheet, and yield what has come of it after each batch."""
        while sheet.bytes < self._most_bytes and sheet.rows < self._most_rows and rows.has_more:
            sheet.add(rows.take(self._most_rows - sheet.rows))
            yield written.taken()
        sheet.end()


class _Rows:
    """Rows that come in batches, and are taken as a sheet has room for them."""

    def __init__(self, batches: Iterable[Sequence[Row]]) -> None:
        self._batches = iter(batches)
        self._left: Sequence[Row] = ()

    @property
    def has_more(self) -> bool:
        while not self._left:
            batch = next(self._batches, None)
            if batch is None:
                return False
            self._left = batch
        return True

    def take(self, most: int) -> Sequence[Row]:
        """Return the next rows of one batch, up to so many."""
        found, self._left = self._left[:most], self._left[most:]
        return found


class _Sheet:
    """One sheet, as far as it is written."""

    def __init__(self, file: IO[bytes], headings: Sequence[str]) -> None:
        self._file = file
        self.rows = self.bytes = 0
        self._put(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>')
        self.add([headings])

    def add(self, rows: Sequence[Row]) -> None:
        self._put("".join(map(_row, rows)))
        self.rows += len(rows)

    def end(self) -> None:
        self._put("</sheetData></worksheet>")

    def _put(self, text: str) -> None:
        data = text.encode()
        self.bytes += len(data)
        self._file.write(data)


class _Written(RawIOBase):
    """What the archive has written and nobody has taken yet; it cannot be read or changed."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # what zipfile writes
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """Return what came since the last time."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


def _file(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _row(cells: Iterable[Cell]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, int):
        return f"<c><v>{int(cell)}</v></c>"
    if not cell:
        return "<c/>"
    text = escape(_NOT_IN_XML.sub("", cell[:LONGEST_CELL]))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _around(title: str, *, sheets: int) -> Iterator[tuple[str, str]]:
    """Yield the parts that say what is in the package."""
    numbers = range(1, sheets + 1)
    listed = "".join(f'<sheet name={quoteattr(f"{title} {n}")} sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
    links = [(f"rId{n}", f"{_OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    yield "xl/_rels/workbook.xml.rels", _links(links)
    yield "_rels/.rels", _links([("rId1", f"{_OFFICE}/officeDocument", "xl/workbook.xml")])
    parts = {"/xl/workbook.xml": "sheet.main", **{f"/xl/worksheets/sheet{n}.xml": "worksheet" for n in numbers}}
    overrides = "".join(f'<Override PartName="{p}" ContentType="{_TYPE}.{kind}+xml"/>' for p, kind in parts.items())
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    yield "[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{rels}{xml}{overrides}</Types>'


def _links(links: Iterable[tuple[str, str, str]]) -> str:
    each = "".join(f'<Relationship Id="{name}" Type="{kind}" Target="{target}"/>' for name, kind, target in links)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'
