"""The record of a call, and what of it goes out on the wire."""

from typing import Any
from uuid import UUID

from tests.builders import CAMPAIGN, HANOI, NOON
from worker.domain.call import Outcome
from worker.domain.callback_event import CallbackEvent
from worker.domain.cdr import Cdr, callback_body, cdr_body, event_fields, happened_at, seconds_between
from worker.domain.ids import CallId, LeadId, RunId
from worker.domain.network import Network


def a_cdr(**changed: Any) -> Cdr:
    given: dict[str, Any] = {
        "call_id": CallId(UUID(int=7)),
        "campaign_id": CAMPAIGN,
        "lead_id": LeadId(UUID(int=8)),
        "run_id": None,
        "attempt": 1,
        "phone": "0981000000",
        "network": Network.VIETTEL,
        "caller_id": "02873003586",
        "outcome": Outcome.ANSWERED,
        "cause": "NORMAL_CLEARING",
        "sip_call_id": "",
        "hangup_disposition": "",
        "started_at": NOON,
        "ringing_at": NOON.add(seconds=2),
        "answered_at": NOON.add(seconds=5),
        "ended_at": NOON.add(seconds=15),
    }
    return Cdr(**(given | changed))


def test_times_go_out_by_the_tenants_clock() -> None:
    body = cdr_body(a_cdr(), zone=HANOI)

    assert (body["time_started"], body["time_ringging"]) == ("2026-11-23 12:00:00", "2026-11-23 12:00:02")
    assert (body["time_answered"], body["time_ended"]) == ("2026-11-23 12:00:05", "2026-11-23 12:00:15")
    assert (body["duration"], body["billsec"]) == (15, 10)


def test_what_did_not_happen_is_empty_and_never_null() -> None:
    body = cdr_body(a_cdr(outcome=Outcome.BUSY, ringing_at=None, answered_at=None), zone=HANOI)

    assert (body["time_answered"], body["billsec"], body["additional"]) == ("", 0, {})
    assert body["time_ringging"] == body["time_started"]
    assert None not in body.values()


def test_a_callback_tells_calls_attempts_and_runs_apart() -> None:
    run = RunId(UUID(int=9))

    body = callback_body(a_cdr(run_id=run, attempt=2, ref_id="r1"), event=CallbackEvent.CDR, zone=HANOI)
    without_run = callback_body(a_cdr(), event=CallbackEvent.CDR, zone=HANOI)

    assert (body["state"], body["attempt"], body["network"], body["ref_id"]) == ("cdr", 2, "viettel", "r1")
    assert (body["run_id"], without_run["run_id"]) == (str(run), "")


def test_seconds_are_differences_of_whole_seconds_and_never_negative() -> None:
    nearly_one = NOON.add(microseconds=900_000)

    assert seconds_between(nearly_one, NOON.add(seconds=1)) == 1
    assert seconds_between(NOON.add(seconds=2), NOON) == 0
    assert seconds_between(None, NOON) == seconds_between(NOON, None) == 0


def test_a_callback_says_when_it_happened_and_where_that_is_in_the_lead_s_life() -> None:
    answered = callback_body(a_cdr(ended_at=None), event=CallbackEvent.ANSWERED, zone=HANOI)
    cdr = callback_body(a_cdr(), event=CallbackEvent.CDR, zone=HANOI)
    recalled = callback_body(a_cdr(attempt=2), event=CallbackEvent.RINGING, zone=HANOI)

    assert answered["event_time"] == "2026-11-23T12:00:05.000000+07:00"
    assert (cdr["event_time"], cdr["sequence"]) == ("2026-11-23T12:00:15.000000+07:00", 14)
    assert recalled["event_time"] == "2026-11-23T12:00:02.000000+07:00"
    assert (answered["sequence"], recalled["sequence"]) == (12, 21)


def test_what_the_switch_did_not_tell_is_told_as_of_the_call_s_start() -> None:
    assert happened_at(a_cdr(ringing_at=None), event=CallbackEvent.RINGING) == NOON


def test_a_call_that_rings_has_no_status_yet() -> None:
    assert cdr_body(a_cdr(outcome=None), zone=HANOI)["status"] == ""


def test_an_event_hook_finds_the_names_that_it_knows() -> None:
    cdr = a_cdr()

    body = event_fields(cdr, domain="acme")

    assert body == {
        "domain": "acme",
        "hotline": "02873003586",
        "application": "autocall",
        "customer_id": str(cdr.lead_id),
    }


def test_a_correction_says_so_and_comes_after_what_it_corrects() -> None:
    events = (CallbackEvent.ANSWERED, CallbackEvent.HANGUP, CallbackEvent.CDR, CallbackEvent.CDR_AUTOCALL)
    first = [callback_body(a_cdr(), event=event, zone=HANOI) for event in events]
    again = [callback_body(a_cdr(), event=event, zone=HANOI, is_correction=True) for event in events]
    next_call = callback_body(a_cdr(attempt=2), event=CallbackEvent.RINGING, zone=HANOI)

    numbers = [int(str(body["sequence"])) for body in (*first, *again, next_call)]
    assert numbers == sorted(set(numbers))
    assert {body["corrected"] for body in first} == {False}
    assert {body["corrected"] for body in again} == {True}
