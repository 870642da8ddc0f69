"""What is left of a person: no form of the number, and a hash that only its key can check."""

import re

import pytest

from worker.domain.erasure import ERASED, cursor_before, hash_of, without_number, without_person
from worker.domain.json_value import Json

PHONE = "0981000001"


@pytest.mark.parametrize(
    "form",
    [PHONE, "84981000001", "+84981000001", "0084 981 000 001", "+84 (981) 000-001", "98.100.0001", "9984981000001"],
)
def test_each_form_of_the_number_goes(form: str) -> None:
    left = str(without_number({"a": [f"call {form}!", {form: 1}]}, phone=PHONE))

    assert "981000001" not in re.sub(r"\D", "", left)
    assert left.count(ERASED) == 2
    assert "call" in left


@pytest.mark.parametrize("value", ["0981000002", "09810000011", 1764981000, "2026-11-23", None, True, 2.5])
def test_other_values_stay(value: Json) -> None:
    assert without_number(value, phone=PHONE) == value


def test_a_number_that_is_no_text_goes() -> None:
    assert without_number(84981000001, phone=PHONE) == ERASED


def test_a_callback_keeps_the_call_and_loses_the_person() -> None:
    body: dict[str, Json] = {
        "to_number": PHONE,
        "additional": {"name": "An"},
        "ref_id": "An",
        "additional_left_out": True,
        "billsec": 9,
    }

    assert without_person(body, phone=PHONE) == {"to_number": ERASED, "additional": {}, "ref_id": "", "billsec": 9}
    assert without_person({"carrier": "x"}, phone=PHONE) == {"carrier": "x"}


def test_a_cursor_before_the_number_skips_nobody() -> None:
    assert cursor_before(PHONE) < PHONE
    assert cursor_before(PHONE) > "0980999999"


def test_a_hash_needs_its_key() -> None:
    assert hash_of(PHONE, key="a") != hash_of(PHONE, key="b")
    assert PHONE not in hash_of(PHONE, key="a")
