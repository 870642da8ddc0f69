"""Files as people export them: encodings, separators, quotes and workbooks, and what each row becomes."""

import io
from datetime import date

import pytest

from tests.builders.workbooks import a_workbook
from worker.domain.errors import Invalid
from worker.domain.file_import import FileKind
from worker.domain.spreadsheet.lead_row import lead_of
from worker.spreadsheets.reader import SpreadsheetReader
from worker.usecases.records.file_rows import below_header, read_batch

HEADER = "phone_number,lead_name,Dư nợ"
NAME, AMOUNT = "Nguyễn Thị Hằng", "10410000"
LEAD = {"0912345678": (NAME, AMOUNT)}
ROW = f"0912345678,{NAME},{AMOUNT}"


def leads_of(content: bytes) -> tuple[dict[str, tuple[str, str]], dict[int, str]]:
    """Read a file; return name and amount by number, and the problem of each other row."""
    with SpreadsheetReader().open(io.BytesIO(content)) as table:
        columns, rows = below_header(table.rows, kind=FileKind.LEADS)
        batch = read_batch(list(rows), columns=columns, kind=FileKind.LEADS)
    leads = {phone: lead_of(row.cells, columns) for phone, row in batch.by_phone.items()}
    found = {
        phone: (one.profile.get("lead_name", ""), next(iter(one.additional.values()), ""))
        for phone, one in leads.items()
    }
    return found, dict(batch.problems)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"{HEADER}\n{ROW}\n".encode(), id="UTF-8"),
        pytest.param(f"{HEADER}\r\n{ROW}".encode(), id="Windows' line ends, no last one"),
        pytest.param(f"{HEADER}\r{ROW}\r".encode(), id="line ends of an old Macintosh"),
        pytest.param(f"Danh sách\n\n{HEADER}\n{ROW}\n".replace(",", ";").encode(), id="a title and semicolons"),
        pytest.param(f"{HEADER}\n{ROW}\n".encode("utf-8-sig"), id="UTF-8 with a byte order mark"),
        pytest.param(f"{HEADER}\n{ROW}\n".replace(",", "\t").encode("utf-16"), id="Excel's Unicode text"),
        pytest.param(f"{HEADER}\n{ROW}\n".encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param(f"{HEADER}\n{ROW}\n".encode("utf-16-be"), id="UTF-16 of the other order"),
        pytest.param(f"{HEADER}\n{ROW}\n".encode("utf-32"), id="UTF-32"),
        pytest.param(f"{HEADER}\n{ROW}\n".replace(",", ";").encode(), id="semicolons, as Excel has in Vietnam"),
        pytest.param(f"{HEADER}\n{ROW}\n".replace(",", "|").encode(), id="bars"),
        pytest.param(f"sep=;\n{HEADER}\n{ROW}\n".replace(",", ";").encode(), id="a separator that is named"),
        pytest.param(f'"phone_number","lead_name","Dư nợ"\n"0912345678","{NAME}","{AMOUNT}"'.encode(), id="quotes"),
        pytest.param(f"phone_number;lead_name;Dư nợ, VND\n0912345678;{NAME};{AMOUNT}".encode(), id="a comma in a name"),
        pytest.param(f"Danh sách tháng 11\n\n{HEADER}\n{ROW}\n".encode(), id="a title above the header"),
        pytest.param(f"{HEADER}\n,,\n\n{ROW}\n , ,\n".encode(), id="empty rows"),
        pytest.param(f"{HEADER},\n{ROW},\n".encode(), id="an empty column at the end"),
        pytest.param(f"HỌ TÊN,SĐT,Dư nợ\n{NAME},0912345678,{AMOUNT}".encode(), id="Vietnamese names in another order"),
        pytest.param(f"{HEADER}\n912345678,{NAME},{AMOUNT}".encode(), id="a zero that was dropped"),
        pytest.param(f"{HEADER}\n84912345678.0,{NAME},{AMOUNT}".encode(), id="a fraction that was added"),
        pytest.param(
            f"{HEADER}\n\u00a00912\u00a0345\u00a0678,{NAME}\u00a0,{AMOUNT}".encode(), id="blanks of web pages"
        ),
        pytest.param(f"{HEADER}\n0912345678,Nguyễn Thị Hằng,{AMOUNT}".encode(), id="marks apart"),
        pytest.param(a_workbook([HEADER.split(","), ["0912345678", NAME, 10410000]]), id="XLSX with text"),
        pytest.param(a_workbook([HEADER.split(","), [912345678, NAME, 10410000.0]]), id="XLSX with numbers"),
        pytest.param(a_workbook([], [HEADER.split(","), ["0912345678", NAME, AMOUNT]]), id="XLSX, on the second sheet"),
        pytest.param(
            a_workbook([["Danh sách"], [], HEADER.split(","), ["0912345678", NAME, AMOUNT]], from_row=3),
            id="XLSX that starts below",
        ),
    ],
)
def test_a_lead_is_the_same_in_every_file(content: bytes) -> None:
    assert leads_of(content) == (LEAD, {})


def test_windows_1258_is_read_with_its_marks() -> None:
    text = f"{HEADER}\n0912345678,Nguyê\u0303n Thi\u0323 H\u0103\u0300ng,{AMOUNT}\n"
    found, _ = leads_of(text.replace("Dư nợ", "No").encode("cp1258"))

    assert found == LEAD


def test_a_cell_may_have_several_lines_and_quotes() -> None:
    found, _ = leads_of(f'{HEADER}\n0912345678,"Hằng ""Béo""\nở Huế",{AMOUNT}\n0987654321,An,5\n'.encode())

    assert found == {"0912345678": ('Hằng "Béo"\nở Huế', AMOUNT), "0987654321": ("An", "5")}


def test_each_row_that_cannot_be_called_is_named_by_its_number() -> None:
    rows = [
        HEADER,
        ROW,
        "9.12E+08,B,1",
        "0912 345 678,C,1",
        "#####,D,1",
        "abc,E,1",
        ",F,1",
        "0987654321/0912345679,G,1",
    ]

    found, problems = leads_of("\n".join(rows).encode())

    assert found == LEAD
    assert sorted(problems) == [3, 4, 5, 6, 7, 8]
    assert problems[4] == "phone_number is duplicate"


def test_dates_of_a_workbook_are_read_as_days() -> None:
    found, _ = leads_of(a_workbook([["phone", "name", "due"], ["0912345678", "An", date(2026, 12, 1)]]))

    assert found == {"0912345678": ("An", "2026-12-01")}


def test_a_file_of_nothing_but_numbers_needs_no_header() -> None:
    found, problems = leads_of(b"0912345678\n987654321\n")

    assert (list(found), problems) == (["0912345678", "0987654321"], {})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "no column is named phone_number"),
        (b"name,amount\nAn,5\n", "no column is named phone_number; it has name, amount"),
        (b"phone,amount,amount\n0912345678,1,2\n", "two columns are named amount"),
        (b'phone,name\n0912345678,"An\n' + b"0987654321,B\n" * 20_000, "row 2 cannot be read: a quote is not closed"),
        (b'phone,name\n0912345678,"An\n0987654321,B\n', "row 2 cannot be read: a quote is not closed"),
        (b"%PDF-1.7 ...", "the file is a PDF"),
        (b"\x1f\x8b\x08\x00", "the file is compressed with gzip"),
        (b"<html><table>", "the file is HTML or XML"),
        (b"PK\x03\x04 no workbook", "the workbook cannot be read"),
        pytest.param(a_workbook([]), "the workbook is empty", id="an empty workbook"),
    ],
)
def test_what_is_no_table_is_refused_with_a_word(content: bytes, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        leads_of(content)

    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("content", "rows"),
    [(f"{HEADER}\n{ROW}\n{ROW}".encode(), 3), (a_workbook([["phone"], ["1"]]), 2)],
    ids=["CSV", "XLSX"],
)
def test_the_rows_of_a_file_are_counted_before_they_are_read(content: bytes, rows: int) -> None:
    with SpreadsheetReader().open(io.BytesIO(content)) as table:
        assert table.total == rows
