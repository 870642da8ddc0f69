"""How a value is read, by the way in which it is written."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.json_value import Json
from worker.domain.speech.forms import (
    Amount,
    Code,
    Day,
    Digits,
    Form,
    Free,
    Moment,
    Money,
    Numbered,
    Percentage,
    Time,
)
from worker.domain.speech.parts import Pause, heard
from worker.domain.speech.speaker import Currency, TimeOfDay
from worker.domain.speech.spoken import BEFORE_REPETITION, BETWEEN_CODE_CHARACTERS, BETWEEN_GROUPS, spoken
from worker.domain.speech.voice import Language, Voice
from worker.domain.speech.written import Unreadable, form_of

SOUTH = Voice("south-f-03")
NORTH = Voice("north-f-01")
ENGLISH = Voice(language=Language.ENGLISH)
DUE = date(2026, 11, 29)


def form(value: Json, *, key: str = "key", language: Language = Language.VIETNAMESE) -> Form:
    return form_of(key, value, language=language)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10410000", Amount(Decimal(10410000))),  # the wire's own examples
        ("1 2 3 4", Digits(("1234",))),
        ("#15", Numbered(15)),
        ("29/11/2026", Day(DUE)),
        ("2026-11-29", Day(DUE)),
    ],
)
def test_the_forms_of_the_wire(value: str, expected: Form) -> None:
    assert form(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (10410000, Amount(Decimal(10410000))),
        (1.5, Amount(Decimal("1.5"))),
        (2.0, Amount(Decimal(2))),
        ("0", Amount(Decimal(0))),
        ("-500000", Amount(Decimal(-500000))),
        ("1.500.000", Amount(Decimal(1500000))),
        ("1,500,000", Amount(Decimal(1500000))),
        ("1.500", Amount(Decimal(1500))),
        ("1,500", Amount(Decimal(1500))),
        ("1.500.000,25", Amount(Decimal("1500000.25"))),
        ("0,500", Amount(Decimal("0.500"))),
        ("12,5", Amount(Decimal("12.5"))),
        ("0042", Digits(("0042",))),
        ("9704366800001234", Digits(("9704366800001234",))),
        ("0912345678", Digits(("0912", "345", "678"))),
        ("0912.345.678", Digits(("0912", "345", "678"))),
        ("+84 912 345 678", Digits(("0912", "345", "678"))),
        ("+14155550100", Digits(("+141", "555", "501", "00"))),
        ("02838234567", Digits(("028", "3823", "4567"))),
        ("0912 345 678", Digits(("0912", "345", "678"))),
        ("12 34", Digits(("12", "34"))),
        ("# 7", Numbered(7)),
        ("7,125%", Percentage(Decimal("7.125"))),
        ("12 %", Percentage(Decimal(12))),
        ("1.500.000đ", Money(Decimal(1500000), Currency.VND)),
        ("1500000 VNĐ", Money(Decimal(1500000), Currency.VND)),
        ("1,500,000 VND", Money(Decimal(1500000), Currency.VND)),
        ("250000 đồng", Money(Decimal(250000), Currency.VND)),
        ("$15.50", Money(Decimal("15.50"), Currency.USD)),
        ("15 USD", Money(Decimal(15), Currency.USD)),
        ("1/2/2026", Day(date(2026, 2, 1))),
        ("29-11-2026", Day(DUE)),
        ("29.11.2026", Day(DUE)),
        ("14:30", Time(TimeOfDay(14, 30))),
        ("8h", Time(TimeOfDay(8))),
        ("8h05", Time(TimeOfDay(8, 5))),
        ("08:05:09", Time(TimeOfDay(8, 5, 9))),
        ("29/11/2026 14:30", Moment(DUE, TimeOfDay(14, 30))),
        ("14h30 29/11/2026", Moment(DUE, TimeOfDay(14, 30))),
        ("2026-11-29T08:00:00", Moment(DUE, TimeOfDay(8, 0, 0))),
    ],
)
def test_other_forms_are_recognised(value: Json, expected: Form) -> None:
    assert form(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "Nguyễn Văn An",
        "29A-123.45",
        "HD-2024/15",
        "25:10",
        "1.2.3",
        "1.50.000",
        "5 triệu",
        "a@b.vn",
        "12,",
        "%",
        "$",
        "#",
    ],
)
def test_anything_else_is_read_as_it_is(value: str) -> None:
    assert form(value) == Free(value)


def test_a_point_before_three_digits_is_thousands_but_in_english() -> None:
    assert form("1.500", language=Language.ENGLISH) == Amount(Decimal("1.500"))
    assert form("1,500", language=Language.ENGLISH) == Amount(Decimal(1500))
    assert form("1.500.000", language=Language.ENGLISH) == Amount(Decimal(1500000))


def test_a_code_is_no_amount() -> None:
    assert form("042042", key="code_otp") == Code("042042")
    assert form("1234", key="code_otp") == Code("1234")
    assert form("ab-12", key="code_otp") == Code("AB12")


def test_a_number_to_call_is_no_amount() -> None:
    assert form("0912345678", key="phone_number") == Digits(("0912", "345", "678"))


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("due", "31/02/2026", "31/02/2026 is not a date"),
        ("due", "2026-13-01", "2026-13-01 is not a date"),
        ("code_otp", "12é4", "holds a character that cannot be read aloud"),
        ("paid", True, "is neither text nor a number"),
        ("rows", [1], "is neither text nor a number"),
    ],
)
def test_what_cannot_be_read_is_refused(key: str, value: Json, why: str) -> None:
    with pytest.raises(Unreadable, match=f"^{why}$"):
        form(value, key=key)


def test_a_name_is_composed_whatever_way_it_was_typed() -> None:
    name = "Nguyễn Thị Tường Vy"

    assert form(unicodedata.normalize("NFD", f" {name}\u200b ").replace(" T", "  \tT")) == Free(name)


def test_braces_of_a_value_are_not_read_aloud() -> None:
    assert form("{{name}} [x]") == Free("name x")


@given(text=st.text())
def test_any_text_has_a_form_or_a_reason(text: str) -> None:
    try:
        said = heard(spoken(form(text), voice=NORTH))
    except Unreadable:
        return
    assert not set("{}[]") & set(said)
    assert unicodedata.is_normalized("NFC", said)


@pytest.mark.parametrize(
    ("value", "voice", "said"),
    [
        ("10410000", NORTH, "mười triệu bốn trăm mười nghìn"),
        ("10410000", SOUTH, "mười triệu bốn trăm mười ngàn"),
        ("10410000", ENGLISH, "ten million four hundred ten thousand"),
        ("1 2 3", NORTH, "một hai ba"),
        ("#15", NORTH, "số mười lăm"),
        ("#15", ENGLISH, "number fifteen"),
        ("7,5%", NORTH, "bảy phẩy năm phần trăm"),
        ("1.500.000đ", SOUTH, "một triệu năm trăm ngàn đồng"),
        ("29/11/2026", NORTH, "ngày hai mươi chín tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        (
            "14:30 05/01/2026",
            SOUTH,
            "mười bốn giờ ba mươi phút ngày năm tháng một năm hai ngàn không trăm hai mươi sáu",
        ),
        ("05/01/2026 14:30", ENGLISH, "January fifth twenty twenty six two thirty p.m."),
        ("0912345678", NORTH, "không chín một hai ba bốn năm sáu bảy tám"),
        ("Lê Ý Nhi", SOUTH, "Lê Ý Nhi"),
    ],
)
def test_what_is_heard(value: str, voice: Voice, said: str) -> None:
    language = voice.language

    assert heard(spoken(form(value, language=language), voice=voice)) == said


def test_a_phone_number_has_pauses() -> None:
    parts = spoken(form("0912345678"), voice=NORTH)

    assert [n for n, part in enumerate(parts) if part == BETWEEN_GROUPS] == [4, 8]


def test_a_code_is_read_slowly_and_twice() -> None:
    parts = spoken(form("402", key="code_otp"), voice=NORTH)

    assert heard(parts) == "bốn không hai xin nhắc lại bốn không hai"
    pauses = [part for part in parts if isinstance(part, Pause)]
    assert pauses == [*[BETWEEN_CODE_CHARACTERS] * 2, BEFORE_REPETITION, *[BETWEEN_CODE_CHARACTERS] * 3]
