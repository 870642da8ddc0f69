"""What the audit trail shows: numbers masked, secrets and personal data not at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.json_value import Json
from worker.domain.masking import masked, masked_number


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("phone_number", "0981000000", "098*****00"),
        ("phone_number", 981000000, "981****00"),
        ("blacklist", ["+84 981 000 000"], ["849******00"]),
        ("caller_id", "02873003586", "028******86"),
        ("description", "call 0981 000 000 at 9", "call 098*****00 at 9"),
        ("description", "2026-11-23 and 12", "2026-11-23 and 12"),
        ("callback_url", "https://u:p@crm.example/hook?key=x", "https://***@crm.example/hook?***"),
        ("url", "esl://:ClueCon@10.0.0.1:8021", "esl://***@10.0.0.1:8021"),
        ("callback_apikey", "x", "***"),
        ("api_key", "x", "***"),
        ("password", "x", "***"),
        ("callback_secret", "whsec_x", "***"),
        ("token_uuid", "a18b400f-d487-4e17-b5e7-eba5fe6fa54f", "a18b400f-d487-4e17-b5e7-eba5fe6fa54f"),
        ("campaign_uuid", "c2da23c0-9739-4287-828a-7b15cf0fb19e", "c2da23c0-9739-4287-828a-7b15cf0fb19e"),
        ("concurrent_call", 100_000_000, 100_000_000),
        ("active", True, True),
        ("callback_url", "", ""),
        ("param", {"name": "An", "amount": 5}, {"name": "***", "amount": "***"}),
        ("data", [{"a": 1}] * 21, "21 entries"),
    ],
)
def test_each_value_is_shown_as_far_as_it_may_be(key: str, value: Json, shown: Json) -> None:
    assert masked({key: value}) == {key: shown}


def test_of_a_lead_only_ids_states_and_a_masked_number_stay() -> None:
    lead: Json = {"lead_uuid": "x", "stage": "new", "phone": "0981000000", "profile": {"name": "An"}, "note": "An"}

    shown = masked(lead, is_personal=True)

    assert shown == {
        "lead_uuid": "x", "stage": "new", "phone": "098*****00", "profile": {"name": "***"}, "note": "***"
    }  # fmt: skip


@given(st.from_regex(r"0[35789][0-9]{8}", fullmatch=True), st.text(st.characters(categories=["L", "Z"])))
def test_no_number_survives_in_any_text(number: str, around: str) -> None:
    shown = json.dumps(masked({"description": f"{around} {number} {around}", "phone_number": number, "a": [number]}))

    assert number not in shown


def test_a_short_number_is_hidden_whole() -> None:
    assert masked_number("113") == "***"
