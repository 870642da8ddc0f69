"""When a switch is passed over: what it says of itself, what it refuses, and what proves that it is well again."""

from dataclasses import replace

import pytest
from pendulum import DateTime

from tests.builders import NOON, a_switch
from worker.domain.switch import Switch
from worker.domain.switch_refusal import (
    NOT_READY,
    SESSIONS_FULL,
    SwitchStatus,
    after_acceptance,
    after_refusal,
    after_status,
    after_trial,
    is_own_refusal,
)

CAUSE = "DESTINATION_OUT_OF_ORDER"
WELL = SwitchStatus(is_ready=True, sessions=2, max_sessions=10, sessions_per_second=30)
PAUSED = replace(WELL, is_ready=False)
FULL = replace(WELL, sessions=10)
SWITCH = a_switch("a.example:8021")


def at(seconds: float) -> DateTime:
    return NOON.add(microseconds=round(seconds * 1_000_000))


def told(switch: Switch, status: SwitchStatus, *, seconds: float = 0, ours: int = 0) -> Switch:
    return after_status(switch, status, ours=ours, now=at(seconds))


def test_a_switch_that_is_not_ready_is_paused_since_it_first_said_so() -> None:
    first = told(SWITCH, PAUSED)
    later = told(first, PAUSED, seconds=60)

    assert (later.refused_cause, later.refused_since, later.refused_until) == (NOT_READY, NOON, at(63))
    assert (later.sessions, later.max_sessions, later.sessions_per_second, later.heard_at) == (2, 10, 30, at(60))


def test_a_switch_is_full_when_sessions_of_others_fill_it() -> None:
    assert told(SWITCH, FULL, ours=3).refused_cause == SESSIONS_FULL
    assert told(SWITCH, FULL, ours=10).refused_cause == "", "our own calls are counted when a switch is chosen"
    assert told(SWITCH, replace(FULL, sessions=9)).refused_cause == ""


@pytest.mark.parametrize("status", [PAUSED, FULL])
def test_a_switch_that_says_that_it_is_well_again_takes_calls_at_once(status: SwitchStatus) -> None:
    again = told(told(SWITCH, status), WELL, seconds=1)

    assert (again.refused_cause, again.refused_since, again.refused_until) == ("", None, None)


def test_a_refusal_is_remembered_until_a_call_is_accepted_or_none_was_tried_for_a_while() -> None:
    refused = after_refusal(SWITCH, CAUSE, now=NOON)

    assert (refused.refused_cause, refused.refused_since, refused.refused_until) == (CAUSE, NOON, at(1))
    assert told(refused, WELL, seconds=6).refused_cause == CAUSE
    assert told(refused, WELL, seconds=6.1).refused_cause == ""
    assert after_acceptance(told(refused, WELL, seconds=1), dialled_at=at(1)).refused_cause == ""


def test_a_switch_that_refuses_for_ever_stays_visible_and_is_tried_less_and_less_often() -> None:
    switch, pauses, seconds = SWITCH, [], 0.0
    for _ in range(10):
        switch = after_refusal(told(switch, WELL, seconds=seconds), CAUSE, now=at(seconds))
        assert switch.refused_until is not None
        pauses.append((switch.refused_until - at(seconds)).total_seconds())
        seconds += pauses[-1]
        switch = after_trial(told(switch, WELL, seconds=seconds), now=at(seconds))

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1, 8)
    assert (switch.refused_cause, switch.refused_since) == (CAUSE, NOON)


def test_only_a_call_that_was_dialled_after_the_refusal_proves_that_it_is_over() -> None:
    refused = after_refusal(SWITCH, CAUSE, now=NOON)

    assert after_acceptance(refused, dialled_at=NOON) == refused
    assert after_acceptance(refused, dialled_at=at(0.1)) == SWITCH


def test_a_refusal_long_after_another_begins_anew() -> None:
    first = told(after_refusal(SWITCH, CAUSE, now=NOON), WELL, seconds=2)

    again = after_refusal(first, CAUSE, now=at(7))

    assert (again.refused_since, again.refused_until) == (at(7), at(8))


def test_what_the_status_says_is_not_overwritten_by_the_refusals_that_follow_from_it() -> None:
    paused = told(SWITCH, PAUSED)

    assert after_refusal(paused, CAUSE, now=at(1)) == paused
    assert after_acceptance(paused, dialled_at=at(1)) == paused, "it was paused after it took the call"


@pytest.mark.parametrize("cause", [CAUSE, "-USAGE: <call url>", "originate Command not found!", "no reply"])
def test_a_switch_that_understood_nothing_refused_by_itself(cause: str) -> None:
    assert is_own_refusal(cause)


@pytest.mark.parametrize("cause", ["GATEWAY_DOWN", "INVALID_GATEWAY", "USER_BUSY", ""])
def test_what_a_gateway_or_a_callee_refused_is_not_the_switchs_own(cause: str) -> None:
    assert not is_own_refusal(cause)
