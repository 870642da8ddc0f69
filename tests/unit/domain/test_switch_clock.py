"""A switch's clock is only a ruler: whatever it shows, times are placed between the dial and now, by our clock."""

from uuid import UUID

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime, Duration

from tests.builders import NOON
from worker.domain.call import HungUp
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.switch import Switch, SwitchState
from worker.domain.switch_clock import end_on_our_clock, step_on_our_clock, worst_clock_ms

CALL = CallId(UUID(int=1))
SKEWS = [Duration(minutes=-40), Duration(), Duration(minutes=40), Duration(years=-56)]
ANY_SKEW = st.integers(-(10**9), 10**9).map(lambda seconds: Duration(seconds=seconds))
MOMENTS = st.datetimes(min_value=pendulum.datetime(1980, 1, 1).naive(), max_value=pendulum.datetime(2090, 1, 1).naive())
STATED = MOMENTS.map(lambda naive: pendulum.instance(naive, tz="UTC"))


def an_end(created_at: DateTime, *, rang: float, answered: float | None, ended: float) -> HungUp:
    return HungUp(
        CALL,
        Hangup(cause="NORMAL_CLEARING", answered=answered is not None),
        started_at=created_at,
        ringing_at=created_at.add(seconds=rang),
        answered_at=None if answered is None else created_at.add(seconds=answered),
        ended_at=created_at.add(seconds=ended),
    )


@pytest.mark.parametrize("skew", SKEWS)
def test_an_end_is_as_long_after_the_dial_as_the_switch_measured(skew: Duration) -> None:
    told = an_end(NOON + skew, rang=1, answered=4, ended=9)

    end = end_on_our_clock(told, dialled_at=NOON, seen_up_at=None, now=NOON.add(seconds=10))

    assert (end.started_at, end.ringing_at) == (NOON, NOON.add(seconds=1))
    assert (end.answered_at, end.ended_at) == (NOON.add(seconds=4), NOON.add(seconds=9))
    assert (end.duration, end.billsec) == (9, 5)


@pytest.mark.parametrize("skew", SKEWS)
def test_an_end_that_is_handled_hours_later_is_placed_where_it_was(skew: Duration) -> None:
    told = an_end(NOON + skew, rang=1, answered=None, ended=9)

    end = end_on_our_clock(told, dialled_at=NOON, seen_up_at=None, now=NOON.add(hours=3))

    assert end.ended_at == NOON.add(seconds=9)


@pytest.mark.parametrize("skew", SKEWS)
def test_a_step_is_placed_by_what_passed_since_the_channel_was_created(skew: Duration) -> None:
    created_at = NOON + skew

    at = step_on_our_clock(created_at.add(seconds=2), created_at=created_at, dialled_at=NOON, now=NOON.add(seconds=5))

    assert at == NOON.add(seconds=2)


def test_a_step_whose_call_has_no_beginning_is_now() -> None:
    at = step_on_our_clock(NOON.subtract(minutes=40), created_at=None, dialled_at=NOON, now=NOON.add(seconds=5))

    assert at == NOON.add(seconds=5)


def test_an_end_is_not_before_what_was_seen_even_when_the_switchs_clock_is_set_back_meanwhile() -> None:
    told = an_end(NOON, rang=1, answered=4, ended=-2400)

    end = end_on_our_clock(told, dialled_at=NOON, seen_up_at=NOON.add(seconds=4), now=NOON.add(seconds=60))

    assert (end.ended_at, end.billsec) == (NOON.add(seconds=4), 0)


def test_lengths_are_those_that_the_switch_counts_between_whole_seconds() -> None:
    created_at = NOON.add(microseconds=900_000)
    told = an_end(created_at, rang=0, answered=0, ended=0.2)

    end = end_on_our_clock(told, dialled_at=NOON, seen_up_at=None, now=NOON.add(seconds=5))

    assert (end.duration, end.billsec) == (1, 1)
    assert end.ended_at == NOON.add(microseconds=200_000)


def test_a_clock_that_is_set_during_a_call_makes_it_no_longer_than_what_has_passed() -> None:
    told = an_end(NOON, rang=1, answered=4, ended=2404)

    end = end_on_our_clock(told, dialled_at=NOON, seen_up_at=None, now=NOON.add(seconds=9))

    assert end.ended_at == NOON.add(seconds=9)
    assert end.duration in {9, 10}
    assert end.billsec in {5, 6}


@given(
    created_at=STATED,
    rang_at=st.none() | STATED,
    answered_at=st.none() | STATED,
    ended_at=STATED,
    passed=st.integers(0, 10**6),
)
def test_whatever_a_switch_states_lies_in_order_between_the_dial_and_now(
    created_at: DateTime, rang_at: DateTime | None, answered_at: DateTime | None, ended_at: DateTime, passed: int
) -> None:
    now = NOON.add(seconds=passed)
    told = HungUp(
        CALL,
        Hangup(cause="X", answered=answered_at is not None),
        started_at=created_at,
        ringing_at=rang_at,
        answered_at=answered_at,
        ended_at=ended_at,
    )

    end = end_on_our_clock(told, dialled_at=NOON, seen_up_at=None, now=now)

    steps = [end.started_at, *filter(None, (end.ringing_at, end.answered_at)), end.ended_at]
    assert steps == sorted(steps)
    assert NOON == steps[0] <= steps[-1] <= now
    assert end.duration is not None
    assert end.billsec is not None
    assert 0 <= end.billsec <= end.duration + 1 <= passed + 2


@given(skew=ANY_SKEW, ended=st.integers(0, 10**6))
def test_the_skew_changes_nothing(skew: Duration, ended: int) -> None:
    now = NOON.add(seconds=10**6)
    here, there = (an_end(NOON + by, rang=0, answered=None, ended=ended) for by in (Duration(), skew))

    assert end_on_our_clock(here, dialled_at=NOON, seen_up_at=None, now=now) == end_on_our_clock(
        there, dialled_at=NOON, seen_up_at=None, now=now
    )


def test_our_own_times_stay_as_they_are() -> None:
    assumed = an_end(NOON, rang=1, answered=4, ended=9)

    end = end_on_our_clock(assumed, dialled_at=NOON, seen_up_at=NOON.add(seconds=4), now=NOON.add(seconds=10))

    assert (end.ringing_at, end.answered_at, end.ended_at) == (
        assumed.ringing_at,
        assumed.answered_at,
        assumed.ended_at,
    )


@pytest.mark.parametrize(
    ("skews", "worst"),
    [([], None), ([None, 2999], None), ([3000], 3000), ([-4000, 3500], -4000), ([None, -2_400_000], -2_400_000)],
)
def test_the_most_wrong_clock_is_named_when_it_is_off_by_seconds(skews: list[int | None], worst: int | None) -> None:
    assert worst_clock_ms(a_switch(skew) for skew in skews) == worst


def test_the_clock_of_a_switch_that_is_gone_is_nobodys_concern() -> None:
    assert worst_clock_ms([a_switch(9000, state=SwitchState.GONE)]) is None


def a_switch(skew: int | None, *, state: SwitchState = SwitchState.ACTIVE) -> Switch:
    return Switch(name="s", url="esl://x", state=state, state_since=NOON, created_at=NOON, clock_skew_ms=skew)
