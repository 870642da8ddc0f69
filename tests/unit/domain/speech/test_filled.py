"""A template's text with a lead's values: what is heard, and what stands in the way."""

import unicodedata
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.errors import Problem
from worker.domain.json_value import Json
from worker.domain.speech.filled import MISSING, Filler
from worker.domain.speech.parts import Pause, Text, Word, heard
from worker.domain.speech.pattern import Literal, Malformed, Slot, pattern_of
from worker.domain.speech.voice import Language, Voice

NORTH = Voice("north-f-01")


def filled(
    text: str, *, voice: Voice = NORTH, defaults: Mapping[str, Json] | None = None, **given: Json
) -> tuple[str, list[Problem]]:
    filler = Filler(voice, given, defaults or {})
    return heard(filler.parts(text)), filler.problems


def test_both_ways_to_write_a_placeholder() -> None:
    assert pattern_of("Chào {{ name }}, [[amount]].") == (
        Literal("Chào "), Slot("name"), Literal(", "), Slot("amount"), Literal("."),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["Chào {{name", "Chào name}}", "[[name", "name]]", "{{}}", "[[  ]]", "{{a]]"])
def test_a_broken_placeholder_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match=r"^a placeholder"):
        pattern_of(text)


def test_a_debt_reminder() -> None:
    said, problems = filled(
        "Xin chào anh {{name}}, khoản vay {{contract}} của anh là {{amount}} đồng, đến hạn {{due}}. Xin cảm ơn!",
        name="Nguyễn Đức Trường",
        contract="1 2 0 5",
        amount="10410000",
        due="05/04/2026",
    )

    assert said == (
        "Xin chào anh Nguyễn Đức Trường khoản vay một hai không năm của anh là mười triệu bốn trăm mười nghìn đồng "
        "đến hạn ngày mùng năm tháng tư năm hai nghìn không trăm hai mươi sáu Xin cảm ơn!"
    )
    assert problems == []


def test_marks_behind_a_value_are_pauses() -> None:
    parts = Filler(NORTH, {"n": "5"}, {}).parts("Số {{n}}, rồi {{n}}. Hết.")

    assert parts == (Text("Số"), Word("năm"), Pause(200), Text("rồi"), Word("năm"), Pause(400), Text("Hết."))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{n}}%", "năm phần trăm"),
        ("{{n}} %.", "năm phần trăm"),
        ("{{n}}đ", "năm đồng"),
        ("{{n}} VNĐ nhé", "năm đồng nhé"),
        ("{{n}} $", "năm đô la"),
        ("{{n}} đồng hồ", "năm đồng hồ"),
        ("{{n}} đêm", "năm đêm"),
        ("{{n}}đêm", "năm đêm"),
        ("{{n}} usda", "năm usda"),
    ],
)
def test_a_unit_in_the_text_belongs_to_the_number_before_it(text: str, said: str) -> None:
    assert filled(text, n="5") == (said, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Kỳ {{n}}", "Kỳ số mười lăm"),
        ("Phiếu số {{n}}", "Phiếu số mười lăm"),
        ("Lần thứ {{n}}.", "Lần thứ mười lăm"),
        ("{{n}}", "số mười lăm"),
    ],
)
def test_the_number_of_a_series_is_announced_once(text: str, said: str) -> None:
    assert filled(text, n="#15") == (said, [])


def test_a_missing_value_is_the_templates_default() -> None:
    assert filled("Chào {{name}}!", defaults={"name": "quý khách"}) == ("Chào quý khách", [])
    assert filled("Chào {{name}}!", defaults={"name": "quý khách"}, name="An") == ("Chào An", [])


@pytest.mark.parametrize("empty", [None, "", "  ", "\u200b", "{}"])
def test_an_empty_value_is_missing(empty: str | None) -> None:
    assert filled("Chào {{name}}", name=empty) == ("Chào", [Problem("name", MISSING)])
    assert filled("Chào {{name}}", name=empty, defaults={"name": "quý khách"}) == ("Chào quý khách", [])


def test_each_key_has_one_problem() -> None:
    _, problems = filled("{{a}} {{b}} {{a}} {{c}}", b="31/02/2026", c=["x"])

    assert [(one.field, one.message) for one in problems] == [
        ("a", MISSING),
        ("b", "31/02/2026 is not a date"),
        ("c", "is neither text nor a number"),
    ]


def test_keys_are_compared_composed() -> None:
    typed = unicodedata.normalize("NFD", "tên_khách")

    assert Filler(NORTH, {f" {typed} ": "Vũ"}, {}).parts("Chào {{tên_khách}}") == (Text("Chào"), Text("Vũ"))
    assert filled(f"Chào {{{{{typed}}}}}", tên_khách="Vũ") == ("Chào Vũ", [])


def test_a_value_is_not_filled_again() -> None:
    assert filled("Chào {{name}}", name="{{amount}}", amount="5") == ("Chào amount", [])


def test_english() -> None:
    voice = Voice(language=Language.ENGLISH)

    assert filled("You owe {{n}} USD, due {{d}}.", voice=voice, n="15", d="2026-11-29") == (
        "You owe fifteen dollars due November twenty ninth twenty twenty six", [],
    )  # fmt: skip


NAMES = st.text(st.characters(whitelist_categories=("Lu", "Ll", "Mn"), max_codepoint=0x1EFF), min_size=1)


@given(before=st.text(), value=st.text(), behind=st.text())
def test_braces_are_never_read_aloud(before: str, value: str, behind: str) -> None:
    try:
        said, _ = filled(f"{before}{{{{key}}}}{behind}", key=value)
    except Malformed:
        return
    assert not set("{}[]") & set(said)


@given(name=NAMES)
def test_a_name_keeps_its_letters(name: str) -> None:
    said, problems = filled("{{name}}", name=name)

    assert said == unicodedata.normalize("NFC", name).strip() or problems
