"""Calls per second, spread: the windows hold however late a dial is, and nearly all of the rate is reached."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.pacing import (
    CATCH_UP_MICROS,
    MICROSECONDS,
    Reserved,
    calls_ahead,
    may_begin,
    next_begin,
    next_sure_begin,
    pace_of,
    schedule,
)

NOW = 1_700_000_000 * MICROSECONDS
TENTH = MICROSECONDS // 10
LONG = 10 * MICROSECONDS
RATES = st.integers(1, 30) | st.sampled_from([50, 100, 150, 1000])


@dataclass
class Carrier:
    """Dials as a worker does: it asks for a token at the time of each call, and confirms each dial a little later."""

    per_second: int
    now: int = NOW
    begun: list[int] = field(default_factory=list)

    def dial(self, *, late: int, takes: int) -> None:
        """Dial one call as soon as it may be dialled, so late, and confirm it after so long."""
        pace = pace_of(self.per_second)
        while not may_begin(pace, self.begun, now=self.now):
            self.now = next_begin(pace, self.begun, now=self.now)
        self.now += late
        if not may_begin(pace, self.begun, now=self.now):
            raise AssertionError("a token that was free is gone")
        self.now += takes
        self.begun.append(self.now)


def most_within(micros: int, times: Sequence[int]) -> int:
    """Return the most calls in any period so long."""
    return max((sum(begin <= at < begin + micros for at in times) for begin in times), default=0)


@given(per_second=RATES, late=st.lists(st.integers(0, 200_000), max_size=60))
def test_no_second_and_no_tenth_of_one_has_more_calls_than_it_may(per_second: int, late: list[int]) -> None:
    carrier = Carrier(per_second)
    for micros in late:
        carrier.dial(late=micros % 7_000, takes=micros)

    assert most_within(MICROSECONDS, carrier.begun) <= per_second
    assert most_within(TENTH, carrier.begun) <= ceil(per_second / 10) + 1


@pytest.mark.parametrize("per_second", [1, 7, 10, 20, 50, 100, 150])
def test_nearly_all_of_the_rate_is_reached_by_a_worker_whose_dials_take_six_milliseconds(per_second: int) -> None:
    carrier = Carrier(per_second)
    carrier.dial(late=0, takes=0)
    since = carrier.now
    for number in range(5 * per_second):
        carrier.dial(late=1_000 + number % 5 * 500, takes=3_000 + number % 3 * 1_000)

    assert 5 * MICROSECONDS / (carrier.now - since) >= 0.97


@given(
    per_second=RATES,
    ages=st.lists(st.integers(0, 1_100_000), max_size=60),
    unconfirmed=st.lists(st.integers(1, 3_000_000), max_size=3),
)
def test_a_sure_begin_has_room_whenever_unconfirmed_dials_are_confirmed(
    per_second: int, ages: list[int], unconfirmed: list[int]
) -> None:
    pace, confirmed = pace_of(per_second), [NOW - age for age in ages]
    surely = next_sure_begin(pace, [*confirmed, *(NOW + micros for micros in unconfirmed)], now=NOW)

    for part in (0, 2, 1):
        told = [NOW + micros // part if part else NOW for micros in unconfirmed]
        assert may_begin(pace, [*confirmed, *told], now=surely)


@given(per_second=RATES, most=st.integers(0, 40), taken=st.integers(0, 40))
def test_a_schedule_keeps_the_windows_by_itself(per_second: int, most: int, taken: int) -> None:
    pace = pace_of(per_second)
    before = schedule(pace, [], ahead=Reserved(), now=NOW, until=NOW + LONG, most=taken)
    later = NOW + TENTH // 2
    ahead = Reserved(before.times, before.spaced_to)

    given_out = schedule(pace, [], ahead=ahead, now=later, until=later + LONG, most=most)

    times = sorted([*before.times, *given_out.times])
    assert len(given_out.times) == most or given_out.next_free >= later + LONG
    assert most_within(MICROSECONDS, times) <= per_second
    assert most_within(TENTH, times) <= ceil(per_second / 10) + 1


@given(per_second=RATES)
def test_calls_are_spaced_and_only_late_ones_catch_up(per_second: int) -> None:
    pace = pace_of(per_second)

    times = schedule(pace, [], ahead=Reserved(), now=NOW, until=NOW + LONG, most=per_second).times

    for number, at in enumerate(times):
        assert at >= NOW + number * pace.spacing_micros - CATCH_UP_MICROS
        assert at <= NOW + number * pace.spacing_micros + TENTH


def test_nothing_is_given_out_beyond_the_time_that_is_asked_for() -> None:
    plan = schedule(pace_of(10), [], ahead=Reserved(), now=NOW, until=NOW + TENTH, most=5)

    assert plan.times[-1] < NOW + TENTH <= plan.next_free


def test_a_call_whose_dial_nobody_confirmed_keeps_its_token() -> None:
    pace = pace_of(1)

    assert may_begin(pace, [NOW + 3 * MICROSECONDS], now=NOW + 2 * MICROSECONDS) == 0
    assert next_begin(pace, [NOW + 3 * MICROSECONDS], now=NOW) > NOW + MICROSECONDS


@given(per_second=RATES)
def test_at_least_one_call_is_queued_and_never_a_second_of_them(per_second: int) -> None:
    assert 1 <= calls_ahead(per_second) <= max(1, per_second)
