"""What is left of a person: no form of the number, and a hash that only its key can check."""

import re

import pytest

from worker.domain.erasure import ERASED, cursor_before, hash_of, pattern_of, without_number, without_person
from worker.domain.json_value import Json

PHONE = "0981000001"


@pytest.mark.parametrize(
    "form",
    [
        PHONE,
        "84981000001",
        "+84981000001",
        "0084 981 000 001",
        "+84 (981) 000-001",
        "98.100.0001",
        "9984981000001",
        "0981\u2011000\u00a0001",
    ],
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


def test_keys_and_recordings_go_with_the_person() -> None:
    pressed: dict[str, Json] = {
        "press_key": '{"key":"1","keys":["1"]}',
        "presskey_delay": 4,
        "autocall_presskey_epoch": "1764",
        "time_presskey": "2026-11-23 12:00:04",
        "recording_url": "https://x/a.wav",
        "autocall_recording_url": "https://x/b.wav",
    }
    assert without_person(pressed, phone=PHONE) == {
        "press_key": "{}",
        "presskey_delay": 0,
        "autocall_presskey_epoch": "",
        "time_presskey": "",
        "recording_url": "",
        "autocall_recording_url": "",
    }


def test_the_pattern_of_a_look_up_has_every_digit() -> None:
    assert pattern_of("0981") == "%9%8%1%"


def test_a_cursor_before_the_number_skips_nobody() -> None:
    assert cursor_before(PHONE) < PHONE
    assert cursor_before(PHONE) > "0980999999"


def test_a_hash_needs_its_key() -> None:
    assert hash_of(PHONE, key="a") != hash_of(PHONE, key="b")
    assert PHONE not in hash_of(PHONE, key="a")
