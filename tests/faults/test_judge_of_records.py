"""What the judge finds in the database and at the receiver: each loss is planted in the evidence of a clean run."""

from dataclasses import replace

import pytest

from tests.faults.judge import Promise, judge
from tests.faults.planted import (
    START,
    a_call,
    a_receipt,
    broken,
    clean,
    edited,
    texts,
    with_call,
    with_carrier,
    with_lead,
    with_rows,
    with_settings,
)
from worker.domain.call import CallState
from worker.domain.lead import Ending, Stage

# --- leads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [Stage.NEW, Stage.RECALL, Stage.SINGLE, Stage.OTP])
def test_a_lead_that_still_waits_is_found(stage: Stage) -> None:
    evidence = with_lead(clean(), "a2", stage=stage, ending=None)

    assert texts(evidence) == ["a lead still waits, although nothing keeps it"]


def test_a_lead_may_wait_for_a_list_that_is_inactive() -> None:
    assert broken(with_lead(clean(), "a2", stage=Stage.RECALL, ending=None, parked=True)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "stop"},
        {"active": False},
        {"deleted": True},
        {"concurrent_call": 0},
        {"carrier_uuid": ""},
        {"mode_call": "parralel"},
        {"local_end_time": "12:00:00"},
    ],
)
def test_a_lead_may_wait_for_a_campaign_that_may_not_dial_at_the_end(changes: dict[str, object]) -> None:
    ended = edited(clean(), "A", asked=100, answered=101, **changes)

    assert broken(with_lead(ended, "a2", stage=Stage.RECALL, ending=None)) == []


def test_a_lead_may_wait_where_nobody_knows_whether_a_stop_was_taken() -> None:
    doubtful = edited(clean(), "A", asked=100, answered=None, status="stop")

    assert broken(with_lead(doubtful, "a2", stage=Stage.RECALL, ending=None)) == []


def test_a_lead_that_is_being_called_by_no_call_is_found_whatever_its_campaign() -> None:
    stopped = edited(clean(), "A", asked=100, answered=101, status="stop")

    evidence = with_lead(stopped, "a2", stage=Stage.CALLING, ending=None)

    assert texts(evidence) == ["a lead is being called by no call"]


def test_a_lead_that_ended_without_a_reason_is_found() -> None:
    assert texts(with_lead(clean(), "a2", ending=None)) == ["a lead ended without a reason"]


@pytest.mark.parametrize("ending", list(Ending))
def test_a_lead_that_was_never_called_ends_only_as_listed_or_expired(ending: Ending) -> None:
    fresh = replace(clean().rows.leads["a2"], id="a9", ending=ending)

    evidence = with_rows(clean(), leads={**clean().rows.leads, "a9": fresh})

    may = ending in {Ending.DO_NOT_CALL, Ending.EXPIRED}
    assert texts(evidence) == ([] if may else ["a lead ended as if it had been called"])


def test_leads_that_were_imported_and_are_gone_are_found() -> None:
    evidence = replace(clean(), imported={"A": 4})

    assert texts(evidence) == ["leads that were imported are not there"]


# --- calls -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [None, CallState.QUEUED, CallState.CANCELLED])
def test_a_dial_without_a_cdr_is_found(state: CallState | None) -> None:
    others = {name: row for name, row in clean().rows.calls.items() if name != "a3-1"}
    row = {} if state is None else {"a3-1": a_call("a3-1", state=state, ended_at=None)}

    evidence = with_rows(clean(), calls=others | row)

    assert Promise.DIAL_HAS_CDR in broken(evidence)


@pytest.mark.parametrize("state", [CallState.QUEUED, CallState.DIALING, CallState.RINGING, CallState.ANSWERED])
def test_a_call_that_is_live_although_the_run_is_over_is_found(state: CallState) -> None:
    live = a_call("a2-2", state=state, ended_at=None)

    evidence = with_rows(clean(), calls={**clean().rows.calls, "a2-2": live})

    assert texts(evidence) == ["a call is live although the run is over"]


# --- callbacks -------------------------------------------------------------------------------------------------------


def test_an_ended_call_without_a_delivery_is_found() -> None:
    kept = {name: row for name, row in clean().rows.deliveries.items() if row.call != "a2-1"}

    assert texts(with_rows(clean(), deliveries=kept)) == ["an ended call has no delivery"]


def test_a_call_needs_no_delivery_where_nobody_asked_for_one() -> None:
    silent = with_settings(clean(), "B", callback_url="")
    kept = {name: row for name, row in silent.rows.deliveries.items() if row.call != "b1-1"}

    evidence = replace(with_rows(silent, deliveries=kept), received=silent.received[:-1])

    assert broken(evidence) == []


def test_a_url_that_came_or_went_while_a_call_ended_leaves_its_delivery_open() -> None:
    turned_off = edited(clean(), "B", asked=100, answered=101, callback_url="")
    kept = {name: row for name, row in turned_off.rows.deliveries.items() if row.call != "b1-1"}

    evidence = replace(with_rows(turned_off, deliveries=kept), received=turned_off.received[:-1])

    assert broken(evidence) == []


def test_a_url_that_came_before_a_call_ended_is_to_have_its_cdr() -> None:
    asked_for = edited(
        with_settings(clean(), "B", callback_url=""), "B", asked=32, answered=33, callback_url="http://x"
    )
    kept = {name: row for name, row in asked_for.rows.deliveries.items() if row.call != "b1-1"}

    assert texts(with_rows(asked_for, deliveries=kept)) == ["an ended call has no delivery"]


def test_what_is_in_the_outbox_is_to_be_received_although_its_url_has_gone() -> None:
    turned_off = edited(clean(), "B", asked=100, answered=101, callback_url="")

    assert broken(replace(turned_off, received=turned_off.received[:-1])) == [Promise.CDR_RECEIVED]


def test_a_cdr_that_was_never_received_is_found_although_the_outbox_says_delivered() -> None:
    evidence = replace(clean(), received=clean().received[1:])

    found = judge(evidence)

    assert [(f.promise, dict(f.facts)) for f in found] == [
        (Promise.CDR_RECEIVED, {"call": "a1-1", "delivery": "delivered"})
    ]


def test_word_of_an_answer_is_no_cdr() -> None:
    answered = replace(clean().received[0], state="answered")

    evidence = replace(clean(), received=(answered, *clean().received[1:]))

    assert broken(evidence) == [Promise.CDR_RECEIVED]


def test_a_cdr_of_a_call_that_has_not_ended_is_found() -> None:
    cancelled = a_call("a2-2", state=CallState.CANCELLED, ended_at=None)
    with_row = with_rows(clean(), calls={**clean().rows.calls, "a2-2": cancelled})

    evidence = replace(with_row, received=(*clean().received, a_receipt("a2-2")))

    assert texts(evidence) == ["a CDR was received of a call that has not ended"]


def test_a_cdr_that_came_twice_under_one_id_is_as_it_should_be() -> None:
    assert broken(replace(clean(), received=(*clean().received, a_receipt("a2-1", at=START + 600)))) == []


def test_a_cdr_that_came_under_two_ids_is_found() -> None:
    evidence = replace(clean(), received=(*clean().received, a_receipt("a2-1", webhook_id="another")))

    assert texts(evidence) == ["one piece of news was received under two ids"]


def test_an_id_that_came_with_two_pieces_of_news_is_found() -> None:
    received = [replace(one, webhook_id="the same") if one.call.startswith("a2") else one for one in clean().received]
    told = with_call(replace(clean(), received=tuple(received)), "a2-2", at=100)

    evidence = replace(told, received=(*told.received[:-1], a_receipt("a2-2", webhook_id="the same")))

    assert texts(evidence) == ["one id was received with two pieces of news"]


# --- all together ----------------------------------------------------------------------------------------------------


def test_what_is_found_carries_the_facts_that_show_it() -> None:
    found = judge(with_carrier(clean(), "one", concurrent_call=2))

    assert found[0].text == "a carrier was over its limit"
    assert {"at": START + 4, "call": "a3-1", "lead": "a3", "up": 3, "limit": 2}.items() <= found[0].facts.items()


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [-3600.0, -2.5, 2.5, 3600.0])
def test_an_end_by_the_switchs_wrong_clock_is_found(wrong: float) -> None:
    evidence = with_call(clean(), "a2-2", at=100, ended_at=START + 110 + wrong)

    assert broken(evidence) == [Promise.TIMES]


@pytest.mark.parametrize(("ended_at", "found"), [(82.0, []), (79.5, [Promise.TIMES]), (112.5, [Promise.TIMES])])
def test_an_originate_that_was_on_its_way_for_long_excuses_an_end_so_much_earlier(
    ended_at: float, found: list[Promise]
) -> None:
    assert broken(with_call(clean(), "a2-2", at=100, dialled_at=START + 72, ended_at=START + ended_at)) == found


@pytest.mark.parametrize(
    ("set_at", "ended_at", "found"),
    [
        (105.0, 100.0, []),
        (105.0, 97.5, [Promise.TIMES]),
        (105.0, 112.5, [Promise.TIMES]),
        (115.0, 100.0, [Promise.TIMES]),
    ],
)
def test_a_clock_that_was_set_during_the_call_excuses_an_end_within_it(
    set_at: float, ended_at: float, found: list[Promise]
) -> None:
    evidence = with_call(clean(), "a2-2", at=100, ended_at=START + ended_at)

    assert broken(replace(evidence, clock_set={"": (START + set_at,)})) == found


def test_the_time_of_an_end_that_nobody_heard_is_not_judged() -> None:
    evidence = with_call(clean(), "a2-2", at=100, cause="UNKNOWN", ended_at=START + 3000)

    assert Promise.TIMES not in broken(evidence)
