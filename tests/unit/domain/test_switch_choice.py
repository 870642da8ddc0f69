"""Which switch gets which call: by weight and room, and none that does not take calls."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_switch
from worker.domain.reason import Reason
from worker.domain.switch import SwitchState
from worker.domain.switch_choice import Candidate, spread, why_no_calls
from worker.domain.switch_refusal import NOT_READY, SESSIONS_FULL


def candidate(name: str = "a", *, up: int = 0, is_heard: bool = True, **changed: Any) -> Candidate:
    return Candidate(a_switch(name, **changed), up=up, is_heard=is_heard)


def shares(calls: int, *candidates: Candidate) -> dict[str, int]:
    return dict(Counter(spread(calls, candidates, now=NOON)))


def test_a_batch_is_spread_evenly_over_equal_switches() -> None:
    assert shares(8, candidate("a"), candidate("b")) == {"a": 4, "b": 4}


def test_the_switch_with_fewer_calls_gets_more() -> None:
    assert shares(6, candidate("a", up=4), candidate("b")) == {"a": 1, "b": 5}


def test_shares_follow_weight_and_the_sessions_that_a_switch_may_have() -> None:
    assert shares(8, candidate("a", weight=3), candidate("b")) == {"a": 6, "b": 2}
    assert shares(8, candidate("a", max_sessions=300), candidate("b", max_sessions=100)) == {"a": 6, "b": 2}


def test_a_full_switch_gets_nothing_and_what_has_no_room_waits() -> None:
    assert shares(8, candidate("a", max_sessions=10, up=10), candidate("b", max_sessions=10, up=7)) == {"b": 3}


def test_a_batch_is_no_larger_than_what_a_switch_takes_in_a_second() -> None:
    assert shares(20, candidate("a", sessions_per_second=5)) == {"a": 4}
    assert shares(20, candidate("a", sessions_per_second=1)) == {"a": 1}


REFUSED: dict[str, Any] = {"refused_cause": "DESTINATION_OUT_OF_ORDER", "refused_since": NOON.subtract(seconds=2)}


def test_a_switch_that_refused_is_passed_over_and_then_tried_by_two_calls() -> None:
    resting = candidate("a", **REFUSED, refused_until=NOON.add(seconds=1))
    rested = candidate("a", **REFUSED, refused_until=NOON)

    assert shares(8, resting, candidate("b")) == {"b": 8}
    assert shares(8, resting) == {}
    assert shares(8, rested, candidate("b")) == {"a": 2, "b": 6}


@pytest.mark.parametrize("state", [SwitchState.DRAINING, SwitchState.GONE])
def test_a_switch_out_of_service_and_one_that_nobody_hears_get_nothing(state: SwitchState) -> None:
    assert shares(2, candidate("a", state=state), candidate("b", is_heard=False)) == {}


@given(st.integers(0, 40), st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(1, 5)), max_size=4))
def test_no_switch_gets_more_than_it_has_room_for_and_no_call_waits_while_there_is_room(
    calls: int, switches: list[tuple[int, int, int]]
) -> None:
    known = [
        candidate(str(number), up=up, max_sessions=most, weight=weight)
        for number, (up, most, weight) in enumerate(switches)
    ]
    rooms = {c.switch.name: max(0, c.capacity - c.up) for c in known}

    given_out = shares(calls, *known)

    assert all(given_out.get(name, 0) <= room for name, room in rooms.items())
    assert sum(given_out.values()) == min(calls, sum(rooms.values()))


def test_why_a_switch_gets_no_calls_has_a_word_with_its_facts() -> None:
    since, until = NOON.subtract(minutes=1), NOON.add(seconds=1)
    refused: dict[str, Any] = {"refused_since": since, "refused_until": until}
    paused = why_no_calls(candidate("a", refused_cause=NOT_READY, **refused))
    full = why_no_calls(candidate("a", refused_cause=SESSIONS_FULL, **refused))
    ours = why_no_calls(candidate("a", max_sessions=4, up=4))
    refuses = why_no_calls(candidate("a", refused_cause="no reply", **refused))
    draining = why_no_calls(candidate("a", state=SwitchState.DRAINING, state_since=since))
    unheard = why_no_calls(candidate("a", is_heard=False, heard_at=since))

    found = [paused, full, ours, refuses, draining, unheard]
    assert all(why is not None and why.switch == "a" for why in found)
    assert [why and why.reason for why in found] == [
        Reason.SWITCH_PAUSED,
        Reason.SWITCH_FULL,
        Reason.SWITCH_FULL,
        Reason.SWITCH_REFUSES,
        Reason.SWITCH_DRAINING,
        Reason.NO_SWITCH,
    ]
    assert [why and why.since for why in found] == [since, since, None, since, since, since]
    assert refuses is not None
    assert (refuses.cause, refuses.until) == ("no reply", until)
    assert why_no_calls(replace(candidate("a"), up=3)) is None
