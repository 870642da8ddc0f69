import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from worker.domain.callback_text import LARGEST_BODY, LEFT_OUT, body_text
from worker.domain.json_value import Json

CDR: dict[str, Any] = {"id": "7", "note": "", "additional": {"name": "Nguyễn Ánh 😀"}}


def test_a_body_goes_out_as_it_is() -> None:
    assert body_text(CDR, own=CDR["additional"]) == '{"id":"7","note":"","additional":{"name":"Nguyễn Ánh 😀"}}'


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=15_000), max_size=9))
def test_a_body_is_never_larger_than_receivers_take(own: dict[str, str]) -> None:
    text = body_text(CDR | {"additional": own}, own=own)

    assert len(text.encode()) <= LARGEST_BODY
    sent = json.loads(text)
    assert sent["additional"].items() <= own.items()
    assert (sent["additional"] == own) is (LEFT_OUT not in sent)


def test_of_too_much_the_largest_is_left_out_and_the_receiver_told() -> None:
    own: dict[str, Json] = {"name": "An", "letter": "á" * 8_000, "note": "b" * 9_000, "size": 7}

    sent = json.loads(body_text(CDR | {"additional": own}, own=own))

    assert sent == CDR | {"additional": {"name": "An", "note": "b" * 9_000, "size": 7}, LEFT_OUT: True}


def test_of_a_record_that_is_too_large_by_itself_all_of_the_lead_s_data_is_left_out() -> None:
    sent = json.loads(body_text(CDR | {"note": "n" * LARGEST_BODY}, own=CDR["additional"]))

    assert (sent["additional"], sent[LEFT_OUT]) == ({}, True)


def test_half_a_character_never_stops_a_callback() -> None:
    assert body_text({"note": "\ud800"}, own={}) == '{"note":"?"}'
