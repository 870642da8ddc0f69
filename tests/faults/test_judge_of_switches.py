"""What the judge finds of switches, trunks and the second source: each breach is planted in a clean run."""

from dataclasses import replace
from typing import Any

import pytest

from tests.faults.evidence import Evidence, Span
from tests.faults.judge import Promise, checks, judge
from tests.faults.planted import (
    CALLS,
    START,
    a_call,
    a_delivery,
    a_lead,
    a_receipt,
    broken,
    carried,
    clean,
    in_order,
    texts,
    with_call,
    with_carrier,
    with_lead,
    with_rows,
)
from tests.faults.second_source import Posted
from tests.faults.seen import Seen
from worker.domain.call import LOST, UNKNOWN, CallState
from worker.domain.trunk import UNREACHED_DIALS

# --- attempts spent on nobody ----------------------------------------------------------------------------------------


def unreached(call: str, *, at: float) -> tuple[Seen, Seen]:
    """Let the trunk never reply to a call."""
    dialled, over = carried(call, at=at, lasts=0.5)
    return dialled, replace(over, cause="NORMAL_TEMPORARY_FAILURE", why="no_reply")


def with_lines(evidence: Evidence, *lines: Seen) -> Evidence:
    """Let the switches have seen more."""
    return replace(evidence, lines=in_order([*evidence.lines, *lines]))


def with_row(evidence: Evidence, call: str, **changed: Any) -> Evidence:
    """Change, or add, the row of a call."""
    rows = evidence.rows.calls
    row = replace(rows[call], **changed) if call in rows else a_call(call, **changed)
    return with_rows(evidence, calls={**rows, call: row})


def without_lines(evidence: Evidence, call: str) -> Evidence:
    """Let no switch have seen a call."""
    return replace(evidence, lines=tuple(line for line in evidence.lines if line.call != call))


def test_an_attempt_that_a_dead_trunk_used_is_found() -> None:
    lines = with_lines(without_lines(clean(), "a3-1"), *unreached("a3-1", at=4))
    evidence = with_row(lines, "a3-1", ended_at=START + 4.5)

    assert texts(evidence) == ["a call that reached nobody used an attempt"]
    assert broken(with_row(evidence, "a3-1", counted=False)) == []


def test_an_attempt_that_a_switch_used_by_a_refusal_is_found() -> None:
    dialled, _ = carried("a3-1", at=4)

    refused = with_lines(without_lines(clean(), "a3-1"), replace(dialled, event="refused", why="paused"))

    assert broken(refused) == [Promise.NOBODY]


def test_an_attempt_that_no_switch_ever_saw_is_found_unless_its_end_was_assumed() -> None:
    evidence = without_lines(clean(), "a3-1")

    assert broken(evidence) == [Promise.NOBODY]
    assert broken(with_row(evidence, "a3-1", cause=UNKNOWN, assumed_at=START + 20)) == []


def test_a_call_that_goes_back_from_a_dead_trunk_is_dialled_again_as_often_as_need_be() -> None:
    evidence = with_lines(clean(), *unreached("a3-1", at=-20), *unreached("a3-1", at=-10))

    assert judge(evidence) == []


def test_a_call_that_goes_back_and_is_cancelled_leaves_no_cdr() -> None:
    evidence = with_lines(clean(), *unreached("a3-2", at=100))

    assert broken(with_row(evidence, "a3-2", state=CallState.CANCELLED)) == []


def test_a_number_to_which_a_trunk_never_replies_uses_its_attempt_in_the_end() -> None:
    dials = [line for number in range(UNREACHED_DIALS) for line in unreached("a3-1", at=4 + number)]

    assert broken(with_lines(without_lines(clean(), "a3-1"), *dials)) == []


def test_a_lead_that_has_used_more_attempts_than_its_calls_count_is_found() -> None:
    assert broken(with_lead(clean(), "a1", called_count=2)) == []
    assert texts(with_lead(clean(), "a1", called_count=3)) == [
        "a lead has used more attempts than it has counted calls"
    ]


# --- answered callees ------------------------------------------------------------------------------------------------


def lost_and_called_again(*, restarted: float | None, posted: float | None, again: float = 100) -> Evidence:
    """Let the callee of a2-1 answer, its end be unheard, the switch restart, and its lead be called again."""
    line = next(line for line in clean().lines if line.call == "a2-1")
    evidence = with_lines(clean(), replace(line, event="answered", at=START + 5))
    if restarted is not None:
        evidence = with_lines(evidence, Seen(event="started", at=START + restarted))
    if posted is not None:
        evidence = replace(evidence, posted=(a_post("a2-1", at=posted, answered=True),))
    evidence = with_call(evidence, "a2-2", at=again)
    told = posted is not None
    return with_row(evidence, "a2-1", cause="NORMAL_CLEARING" if told else LOST, answered=told)


def a_post(call: str, *, at: float, **changed: Any) -> Posted:
    """Make a CDR of the second source."""
    made = Posted(at=START + at, call=call, dial=1, cause="NORMAL_CLEARING", answered=False)
    return replace(made, **changed)


@pytest.mark.parametrize(
    ("restarted", "posted", "found"),
    [
        (None, None, [Promise.ANSWERED]),
        (50, None, []),
        (150, None, [Promise.ANSWERED]),
        (50, 80, [Promise.ANSWERED]),
        (50, 98, []),
        (50, 200, []),
    ],
)
def test_only_a_restart_that_took_the_truth_along_excuses_another_call_to_who_answered(
    restarted: float | None, posted: float | None, found: list[Promise]
) -> None:
    assert broken(lost_and_called_again(restarted=restarted, posted=posted)) == found


# --- the second source -----------------------------------------------------------------------------------------------


def test_an_end_that_agrees_with_the_second_source_is_as_it_should_be() -> None:
    evidence = with_row(clean(), "a2-1", cause="NORMAL_CLEARING")

    assert broken(replace(evidence, posted=(a_post("a2-1", at=20), a_post("a2-1", at=30)))) == []


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"assumed_at": START + 90}, "an end is only assumed although its switch has told it"),
        ({"cause": "USER_BUSY"}, "a CDR has another cause than its switch told"),
        ({"answered": True}, "a CDR and its switch do not agree on the answer"),
    ],
)
def test_an_end_that_the_second_source_did_not_correct_is_found(changed: dict[str, Any], text: str) -> None:
    evidence = replace(with_row(clean(), "a2-1", cause="NORMAL_CLEARING"), posted=(a_post("a2-1", at=20),))

    assert texts(with_row(evidence, "a2-1", **changed)) == [text]


def test_the_second_source_is_believed_once_it_has_told_of_every_dial() -> None:
    evidence = with_lines(clean(), *unreached("a2-1", at=-10))
    first = a_post("a2-1", at=-9, cause="NORMAL_TEMPORARY_FAILURE")
    second = a_post("a2-1", at=20, dial=2)

    assert broken(replace(evidence, posted=(first,))) == []
    assert broken(replace(evidence, posted=(second, first))) == [Promise.TRUTH]
    assert broken(replace(with_row(evidence, "a2-1", cause="NORMAL_CLEARING"), posted=(second, first))) == []


def test_what_was_posted_of_a_dial_before_the_last_one_is_not_the_truth() -> None:
    assumed = with_row(clean(), "a2-1", assumed_at=START + 90, dialled_at=START + 60)

    assert broken(replace(assumed, posted=(a_post("a2-1", at=20),))) == []
    assert Promise.TRUTH in broken(replace(assumed, posted=(a_post("a2-1", at=70),)))


def test_a_receiver_that_was_last_told_something_else_is_found() -> None:
    truth = replace(with_row(clean(), "a2-1", cause="NORMAL_CLEARING"), posted=(a_post("a2-1", at=20),))
    assumed = a_receipt("a2-1", body={"cause": UNKNOWN, "sequence": 15, "corrected": False})
    corrected = a_receipt("a2-1", webhook_id="another", body={"cause": "NORMAL_CLEARING", "sequence": 19} | CORRECTED)

    def received(*receipts: Any) -> Evidence:
        return replace(truth, received=(*(one for one in truth.received if one.call != "a2-1"), *receipts))

    assert texts(received(assumed)) == ["the last CDR that the receiver got is not the truth"]
    assert texts(received(corrected, assumed)) == []


CORRECTED = {"corrected": True}

# --- standing still --------------------------------------------------------------------------------------------------


def waiting(*, until: float, **changed: Any) -> Evidence:
    """Let a lead of A wait from 30 s on, while nobody else is dialled over its carrier, until it is called."""
    lead = a_lead("a2", id="a9", created_at=START + 30)
    called = a_call("a2-9", id="a9-1", lead="a9", queued_at=START + until, ended_at=START + until + 5)
    line, over = (replace(line, call="a9-1", lead="a9") for line in carried("a2-1", at=until, lasts=5))
    evidence = with_lines(clean(), line, over)
    others = {name: replace(row, created_at=START + CALLS[f"{name}-1"]) for name, row in evidence.rows.leads.items()}
    rows = with_rows(
        evidence,
        leads={**others, "a9": lead},
        calls={**evidence.rows.calls, "a9-1": called},
        deliveries={**evidence.rows.deliveries, "id a9-1": a_delivery("a9-1")},
    )
    return replace(rows, received=(*rows.received, a_receipt("a9-1")), steady=("A",), switches=("", "two"), **changed)


def test_a_carrier_that_stands_still_beside_a_healthy_switch_is_found() -> None:
    broken_switch = {"": (Span(START + 20, START + 90),)}

    found = judge(waiting(until=40, unwell=broken_switch))

    assert [(one.promise, round(one.facts["seconds"])) for one in found] == [(Promise.STANDSTILL, 10)]
    assert broken(waiting(until=34.5, unwell=broken_switch)) == []


@pytest.mark.parametrize(
    "excuse",
    [
        {"unwell": {"": (Span(START, START + 90),), "two": (Span(START, START + 90),)}},
        {"unwell": {"gateway-one": (Span(START, START + 90),)}},
        {"hindered": (Span(START, START + 90),)},
        {"steady": ("B",)},
    ],
)
def test_nobody_stands_still_who_cannot_dial(excuse: dict[str, Any]) -> None:
    assert broken(replace(waiting(until=40), **excuse)) == []


def test_a_carrier_whose_channels_are_held_does_not_stand_still() -> None:
    held = [a_call(f"a1-{number}", queued_at=START + 29, ended_at=START + 39) for number in (8, 9)]
    evidence = with_carrier(waiting(until=40), "one", concurrent_call=2, calls_per_second=0)

    assert Promise.STANDSTILL in broken(evidence)
    rows = {**evidence.rows.calls, **{row.id: row for row in held}}
    assert Promise.STANDSTILL not in broken(with_rows(evidence, calls=rows))


def test_a_call_to_another_lead_of_the_carrier_ends_a_standstill() -> None:
    assert broken(with_call(waiting(until=39), "a1-9", at=34.8, lasts=0.1, counted=False)) == [Promise.ATTEMPTS]


def test_the_table_counts_what_could_have_broken_these_promises() -> None:
    counts = checks(replace(waiting(until=40), posted=(a_post("a2-1", at=20),), longest_call=100))

    assert counts[Promise.NOBODY] == 6
    assert counts[Promise.TRUTH] == 1
    assert counts[Promise.STANDSTILL] > 0
