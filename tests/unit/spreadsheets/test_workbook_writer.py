"""A workbook is written as its rows come, and every spreadsheet's reader finds them in it."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook

from worker.domain.export.table import Row, Table
from worker.spreadsheets.workbook_writer import XlsxWriter

HEADINGS = ("name", "number")


def written(*batches: Sequence[Row], **limits: int) -> bytes:
    return b"".join(XlsxWriter(**limits).parts(Table("leads", HEADINGS, batches)))


def sheets_of(workbook: bytes) -> dict[str, list[list[object]]]:
    """Return the cells by sheet, as a library reads them that we did not write."""
    read = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return {name: [list(row) for row in read.get_sheet_by_name(name).iter_rows()] for name in read.sheet_names}


def test_cells_are_text_and_numbers() -> None:
    found = sheets_of(written([["Nguyễn Văn An", 3], ["0981000001", -250_000]], [["", 0]]))

    assert found == {"leads 1": [[*HEADINGS], ["Nguyễn Văn An", 3.0], ["0981000001", -250_000.0], ["", 0.0]]}


@pytest.mark.parametrize("text", ["=1+1", "+84981000001", '=HYPERLINK("x")', "<&>\"'", " a \n b ", "]]>", "😀"])
def test_a_text_is_a_text(text: str) -> None:
    workbook = written([[text, 1]])

    assert sheets_of(workbook)["leads 1"][1] == [text, 1.0]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(workbook)).read("xl/worksheets/sheet1.xml")


def test_what_xml_cannot_say_is_left_out() -> None:
    assert sheets_of(written([["a\x00b\x0bc\ud800d\uffff", 1]]))["leads 1"][1] == ["abcd", 1.0]


def test_a_text_that_is_too_long_for_a_cell_is_cut() -> None:
    assert sheets_of(written([["x" * 40_000, 1]]))["leads 1"][1] == ["x" * 32_767, 1.0]


@pytest.mark.parametrize("limits", [{"most_rows": 4}, {"most_bytes": 400}])
def test_a_full_sheet_is_followed_by_another_with_the_headings(limits: dict[str, int]) -> None:
    rows: list[Row] = [[f"row {number}", number] for number in range(10)]

    found = sheets_of(written(rows[:2], rows[2:3], [], rows[3:], **limits))

    assert len(found) > 1
    assert all(sheet[0] == [*HEADINGS] for sheet in found.values())
    assert [row[0] for sheet in found.values() for row in sheet[1:]] == [row[0] for row in rows]
    assert list(found) == [f"leads {number}" for number in range(1, len(found) + 1)]


def test_no_row_leaves_one_sheet_with_headings() -> None:
    assert sheets_of(written()) == {"leads 1": [[*HEADINGS]]}


def test_a_full_last_sheet_is_not_followed_by_an_empty_one() -> None:
    assert list(sheets_of(written([["a", 1], ["b", 2], ["c", 3]], most_rows=4))) == ["leads 1"]


def test_every_part_is_well_formed_and_named_in_the_list_of_parts() -> None:
    archive = zipfile.ZipFile(io.BytesIO(written([["a", 1]])))

    assert archive.testzip() is None
    texts = {name: archive.read(name) for name in archive.namelist()}
    assert all(ET.fromstring(text) is not None for text in texts.values())  # noqa: S314 - it is ours
    assert all(f'PartName="/{name}"'.encode() in texts["[Content_Types].xml"] for name in texts if "/sheet" in name)


def test_it_is_sent_before_the_last_row_is_read() -> None:
    sent = 0

    def batches() -> Iterator[Sequence[Row]]:
        for number in range(50):
            if number == 49:
                assert sent > 0
            yield [[f"{number} {place * 7919 % 10_007}", place] for place in range(200)]

    for part in XlsxWriter().parts(Table("leads", HEADINGS, batches())):
        sent += len(part)


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(batches: int) -> int:
        many: Iterator[Sequence[Row]] = (
            [[f"{number} {place}", place] for place in range(100)] for number in range(batches)
        )
        tracemalloc.start()
        for _ in XlsxWriter().parts(Table("leads", HEADINGS, many)):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(60) < 1.2 * peak(20)
