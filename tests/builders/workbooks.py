"""Workbooks as spreadsheets save them."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime

import xlsxwriter


def a_workbook(*sheets: Sequence[Sequence[object]], from_row: int = 0) -> bytes:
    """Make an XLSX file with these sheets; rows start at ``from_row``, counted from 0."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 11, 1, tzinfo=UTC)})  # the same bytes each time
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows, start=from_row):
                for place, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, place, cell, day)
                    elif cell is not None:
                        sheet.write(number, place, cell)
    return made.getvalue()
