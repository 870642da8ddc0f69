"""The first sheet with content of a workbook: XLSX, XLS or ODS."""

import zipfile
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from worker.domain.errors import Invalid
from worker.domain.spreadsheet.cells import Cell
from worker.ports.records.tables import OpenTable, TableRow

LARGEST_UNPACKED: Final = 512 * 1024 * 1024
"""A workbook is compressed, and wholly unpacked in memory."""


def open_workbook(file: BinaryIO) -> OpenTable:
    """Return the rows of the first sheet that has any; raises ``Invalid``."""
    _check_size(file)
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        sheets = (workbook.get_sheet_by_name(name) for name in workbook.sheet_names)
        sheet = next((sheet for sheet in sheets if sheet.height), None)
    except (CalamineError, OSError, ValueError) as error:
        raise Invalid(f"the workbook cannot be read: {error}") from error
    if sheet is None:
        raise Invalid("the workbook is empty")
    return OpenTable(_rows(sheet), sheet.end[0] + 1 if sheet.end else 0)


def _rows(sheet: CalamineSheet) -> Iterator[TableRow]:
    start = sheet.start[0] if sheet.start else 0
    for number, cells in enumerate(sheet.iter_rows(), start=start + 1):
        row: Sequence[Cell] = [_cell(cell) for cell in cells]
        if any(cell not in {"", None} for cell in row):
            yield TableRow(number, row)


def _cell(cell: object) -> Cell:
    """Return a cell; dates become ``yyyy-mm-dd``, with a time if they have one."""
    return cell if isinstance(cell, str | int | float | None) else str(cell).removesuffix(" 00:00:00")


def _check_size(file: BinaryIO) -> None:
    """Raise ``Invalid`` for a small file that unpacks to a huge one."""
    try:
        with zipfile.ZipFile(file) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile:
        size = 0  # XLS is not compressed
    if size > LARGEST_UNPACKED:
        raise Invalid(f"the workbook is {size // 2**20} MiB unpacked; the largest is {LARGEST_UNPACKED // 2**20} MiB")
    file.seek(0)
