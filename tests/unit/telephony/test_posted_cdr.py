"""CDRs as FreeSWITCH posted them: read in each encoding, with the facts that the hang-up event has."""

import base64
import json
from pathlib import Path
from urllib.parse import quote, unquote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.call import HungUp, Unreached
from worker.domain.cdr import seconds_between
from worker.domain.errors import Invalid
from worker.telephony.posted_cdr import LONGEST_VALUE, JsonCdr, facts_of

PAYLOADS = Path(__file__).parents[2] / "payloads"
ANSWERED, BUSY, FORM = "cdr-answered-dtmf-1-2", "cdr-busy-486", "cdr-busy-486-form-encoded"
CALLS = (ANSWERED, BUSY, FORM, "cdr-dead-trunk", "cdr-killed-while-ringing", "cdr-bridged-callee-leg")


def body_of(name: str) -> bytes:
    return (PAYLOADS / f"{name}.http").read_bytes().partition(b"\r\n\r\n")[2]


def head_of(name: str) -> str:
    return (PAYLOADS / f"{name}.http").read_bytes().partition(b"\r\n\r\n")[0].decode()


def end_of(body: bytes) -> HungUp:
    found = JsonCdr().read(body)
    assert found is not None
    call_id, facts = found
    told = JsonCdr().end_of(facts)
    end = told.hung_up if isinstance(told, Unreached) else told
    assert isinstance(end, HungUp)
    assert end.call_id == call_id
    return end


@pytest.mark.parametrize("name", CALLS)
def test_each_recorded_post_is_read(name: str) -> None:
    end = end_of(body_of(name))

    assert str(end.call_id) in head_of(name)
    assert end.started_at <= end.ended_at


@pytest.mark.parametrize(
    ("name", "cause", "disposition", "answered", "billsec"),
    [
        (ANSWERED, "NORMAL_CLEARING", "recv_bye", True, 2),
        (BUSY, "USER_BUSY", "recv_refuse", False, 0),
        (FORM, "USER_BUSY", "recv_refuse", False, 0),
        ("cdr-dead-trunk", "NORMAL_TEMPORARY_FAILURE", "recv_refuse", False, 0),
        ("cdr-killed-while-ringing", "ORIGINATOR_CANCEL", "send_cancel", False, 0),
    ],
)
def test_a_post_says_what_the_switch_says(
    name: str, cause: str, disposition: str, billsec: int, *, answered: bool
) -> None:
    end = end_of(body_of(name))

    assert (end.cause, end.hangup_disposition, end.answered_at is not None) == (cause, disposition, answered)
    assert seconds_between(end.answered_at, end.ended_at) == billsec


def test_a_post_of_a_call_without_any_reply_is_unreached_as_its_event_is() -> None:
    found = JsonCdr().read(body_of("cdr-dead-trunk"))

    assert found is not None
    assert isinstance(JsonCdr().end_of(found[1]), Unreached)


def test_the_leg_of_an_agent_is_no_call_of_ours() -> None:
    assert JsonCdr().read(body_of("cdr-bridged-agent-leg")) is None


def test_a_reply_of_the_far_side_is_among_the_facts_and_its_absence_too() -> None:
    replied, silent = facts_of(body_of(BUSY)), facts_of(body_of("cdr-dead-trunk"))

    asked = ("variable_sip_reply_host", "variable_sip_network_ip", "Caller-Network-Addr")
    assert [name in replied for name in asked] == [True] * 3
    assert [name in silent for name in asked] == [False] * 3


@pytest.mark.parametrize("name", [ANSWERED, BUSY])
def test_every_encoding_has_the_same_facts(name: str) -> None:
    encoded = body_of(name)
    cdr = json.loads(encoded)
    plain = json.dumps({**cdr, "variables": {k: unquote(v) for k, v in cdr["variables"].items()}}).encode()
    bodies = {
        "plain values": plain,
        "a form": b"cdr=" + quote(encoded).encode(),
        "base64": b"cdr=" + base64.b64encode(encoded),
        "a form's file": quote(encoded).encode(),
        "a base64 file": base64.b64encode(encoded),
        "a byte order and spaces": b"  " + encoded + b"\n",
    }

    wanted = facts_of(encoded)

    assert {which: facts_of(body) == wanted for which, body in bodies.items()} == dict.fromkeys(bodies, True)


def test_a_form_whose_values_hold_quotes_is_read() -> None:
    """FreeSWITCH does not encode a percent sign again, so that such a form is no JSON when it is decoded."""
    once = quote(body_of(ANSWERED), safe="/,").replace("%25", "%")

    end, again = end_of(body_of(ANSWERED)), end_of(b"cdr=" + once.encode())

    assert "%22Outbound" in once
    assert (again.call_id, again.end, again.ended_at) == (end.call_id, end.end, end.ended_at)


def test_a_percent_sign_in_a_plain_value_is_not_decoded() -> None:
    cdr = {"variables": {"start_stamp": "2026-11-27 15:43:47", "callbeat_note": "100%25"}}

    assert facts_of(json.dumps(cdr).encode())["variable_callbeat_note"] == "100%25"


def test_the_dial_of_the_call_is_known() -> None:
    cdr = json.loads(body_of(BUSY))
    cdr["variables"]["callbeat_dial"] = "3"

    assert end_of(json.dumps(cdr).encode()).dial == 3
    assert end_of(body_of(BUSY)).dial is None


def test_long_values_are_not_kept() -> None:
    cdr = json.loads(body_of(ANSWERED))
    cdr["variables"] |= {"fits": "x" * LONGEST_VALUE, "is_too_long": "x" * (LONGEST_VALUE + 1)}

    facts = facts_of(json.dumps(cdr).encode())

    assert "variable_fits" in facts
    assert "variable_is_too_long" not in facts


def test_bytes_of_another_alphabet_and_nul_do_no_harm() -> None:
    cdr = body_of(BUSY).replace(b'"cb_lead":"lead-0001"', b'"cb_lead":"L\xea \\u0000 \\ud800"')

    assert end_of(cdr).cause == "USER_BUSY"
    assert "\0" not in facts_of(cdr)["variable_cb_lead"]
    facts_of(cdr)["variable_cb_lead"].encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"variables":[]}',
        b"cdr=",
        b"cdr=%7B",
        b"\xff\xfe",
        b"[" * 100_000,
        b"=" * 99,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_cdr_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        JsonCdr().read(body)


def test_times_that_cannot_be_read_are_refused() -> None:
    cdr = json.loads(body_of(BUSY))
    cdr["variables"]["start_uepoch"] = "yesterday"
    cdr["callflow"] = []

    with pytest.raises(Invalid):
        JsonCdr().read(json.dumps(cdr).encode())


@given(st.binary(max_size=200))
def test_no_body_is_worse_than_refused(body: bytes) -> None:
    try:
        found = JsonCdr().read(body)
    except Invalid:
        return
    assert found is None


VALUES = st.text(max_size=12) | st.integers() | st.none() | st.lists(st.text(max_size=3), max_size=2)


@given(st.dictionaries(st.sampled_from(["uuid", "origination_uuid", "end_uepoch", "start_uepoch", "x"]), VALUES))
def test_no_value_is_worse_than_refused(variables: dict[str, object]) -> None:
    try:
        found = JsonCdr().read(json.dumps({"variables": variables, "callflow": variables}).encode())
    except Invalid:
        return
    if found is not None:
        assert UUID(str(found[0]))
