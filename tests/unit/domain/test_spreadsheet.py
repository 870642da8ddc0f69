"""Cells as spreadsheets leave them, headers as people write them, and what a row says of a lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.errors import Invalid
from worker.domain.network import NotDialable
from worker.domain.spreadsheet.cells import NO_NUMBER, ROUNDED, SEVERAL, SHOWN_WRONG, Cell, Phone, phone_of, text_of
from worker.domain.spreadsheet.columns import FIELDS, Columns, columns_of
from worker.domain.spreadsheet.lead_row import LARGEST_ADDITIONAL, LeadCells, lead_of

MOBILE = "0912345678"


@pytest.mark.parametrize(
    ("cell", "is_restored"),
    [
        ("0912345678", False),
        ("\u00a00912 345 678 ", False),
        ("+84 912-345-678", False),
        ("tel:+84912345678", False),
        ("(0912) 345.678", False),
        ("\uff10\uff19\uff11\uff12345678", False),
        ("912345678", True),
        ("912 345 678", True),
        ("912.345.678", True),
        ("912,345,678", True),
        ("84912345678.0", True),
        ("0912345678,0", True),
        ("9.12345678E+08", True),
        ("8,4912345678e10", True),
        ("'0912345678", True),
        ('="0912345678"', True),
        (912345678, True),
        (912345678.0, True),
        (84912345678, False),
        (84912345678.0, False),
    ],
    ids=repr,
)
def test_a_number_is_what_it_was_before_a_spreadsheet_changed_it(cell: Cell, *, is_restored: bool) -> None:
    assert phone_of(cell) == Phone(MOBILE, is_restored=is_restored)


def test_a_landline_gets_its_zero_back() -> None:
    assert phone_of(2838123456) == Phone("02838123456", is_restored=True)
    assert phone_of("02838123456") == Phone("02838123456")


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("9.12E+08", ROUNDED),
        ("8,49E+10", ROUNDED),
        ("8.4912345678E+9", ROUNDED),
        (9.1e16, ROUNDED),
        ("########", SHOWN_WRONG),
        ("#N/A", SHOWN_WRONG),
        ("#REF!", SHOWN_WRONG),
        ("0912345678 / 0987654321", SEVERAL),
        ("0912345678; 0987654321", SEVERAL),
        ("0912345678\n0987654321", SEVERAL),
        ("0912345678 hoặc 0987654321", SEVERAL),
        ("", NO_NUMBER),
        ("\u00a0", NO_NUMBER),
        (None, NO_NUMBER),
        ("Nguyễn Văn A", "not a Vietnamese phone number"),
        (912345678.5, "not a Vietnamese phone number"),
        (True, "not a Vietnamese phone number"),
        ("12345678", "not a Vietnamese phone number"),
        ("1900123456", "a premium number (1900) is not for campaigns"),
    ],
    ids=repr,
)
def test_a_number_that_lost_digits_is_refused_with_a_word(cell: Cell, why: str) -> None:
    with pytest.raises(NotDialable) as refused:
        phone_of(cell)

    assert str(refused.value) == why


@given(
    st.from_regex(r"0[35789][0-9]{8}", fullmatch=True),
    st.sampled_from(
        [
            lambda number: number,
            lambda number: number[1:],
            int,
            float,
            lambda number: f"{number[1:]}.0",
            lambda number: f"{number[1]}.{number[2:]}E+08",
            lambda number: f"84{number[1:]}",
            lambda number: float(f"84{number[1:]}"),
            lambda number: f"{int(number):,}",
        ]
    ),
)
def test_whatever_a_spreadsheet_does_the_number_is_the_same_or_refused(number: str, written: object) -> None:
    assert callable(written)
    assert phone_of(written(number)).number == number


@given(st.text(max_size=30) | st.floats(allow_nan=True) | st.integers() | st.booleans() | st.none())
def test_any_cell_is_a_number_or_refused(cell: Cell) -> None:
    text_of(cell)
    try:
        found = phone_of(cell)
    except NotDialable:
        return
    assert found.number.startswith("0")


def test_columns_are_known_by_english_and_vietnamese_names_in_any_spelling() -> None:
    header = ["STT", "HỌ VÀ TÊN ", "Số điện thoại", "so_hop_dong", "Địa chỉ", "Dư nợ", "", None, "After Day"]

    found = columns_of(header, known=FIELDS)

    assert found == Columns(
        phone=2,
        fields={"lead_name": 1, "contract_number": 3, "address": 4, "after_day": 8},
        additional={"STT": 0, "Dư nợ": 5},
    )


@pytest.mark.parametrize(
    "name", ["phone_number", "Phone", "PHONE NUMBER", "SĐT", "sdt", "Điện thoại", "Số ĐT", "Mobile"]
)
def test_a_column_of_numbers_has_many_names(name: str) -> None:
    assert columns_of(["x", name], known=frozenset()) == Columns(phone=1, additional={"x": 0})


def test_a_second_column_of_a_meaning_is_additional_and_one_of_the_same_name_is_refused() -> None:
    assert columns_of(["phone", "SĐT"], known=FIELDS) == Columns(phone=0, additional={"SĐT": 1})
    assert columns_of(["name", "amount"], known=FIELDS) is None
    with pytest.raises(Invalid, match="two columns are named amount"):
        columns_of(["phone", "amount", "amount"], known=FIELDS)


def test_a_row_says_what_its_cells_say_and_may_be_short() -> None:
    columns = Columns(phone=0, fields={"lead_name": 1, "after_day": 2}, additional={"amount": 3, "due": 4})

    assert lead_of([MOBILE, " An ", 2.0, 10410000], columns) == LeadCells(
        {"lead_name": "An"}, 2, {"amount": "10410000"}
    )
    assert lead_of([MOBILE], columns) == LeadCells({}, 0, {})


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ([MOBILE, "x" * 256, "", ""], "lead_name is longer than 255 characters"),
        ([MOBILE, "", "soon", ""], "after_day is no number of days up to 3650"),
        ([MOBILE, "", "-1", ""], "after_day is no number of days up to 3650"),
        ([MOBILE, "", "3651", ""], "after_day is no number of days up to 3650"),
        ([MOBILE, "", "", "ữ" * 3000], f"the other columns have more than {LARGEST_ADDITIONAL} bytes"),
    ],
)
def test_a_row_that_no_lead_can_have_names_its_column(row: list[Cell], why: str) -> None:
    columns = Columns(phone=0, fields={"lead_name": 1, "after_day": 2}, additional={"amount": 3})

    with pytest.raises(ValueError, match=why):
        lead_of(row, columns)
