"""A carrier's circuit breaker: opens on a run or a share of failures, lets trials out, closes on one reply."""

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime, Duration

from worker.domain.timing import TRUNK_LONGEST_PAUSE, TRUNK_PROVEN_FOR, TRUNK_SHORTEST_PAUSE
from worker.domain.trunk import (
    RECENT,
    REPLIED,
    RUN_OPENS,
    SHARE_OPENS,
    TRIAL_CALLS,
    UNPROVEN_CALLS,
    Trunk,
    TrunkResult,
    after_results,
    after_trial,
    calls_allowed,
    pause_after,
)

NOON = pendulum.datetime(2026, 11, 23, 5)
DEAD = TrunkResult("NORMAL_TEMPORARY_FAILURE")
PROVEN = Trunk(proven_at=NOON)


def after(*results: TrunkResult, trunk: Trunk = PROVEN, at: DateTime = NOON) -> Trunk:
    return after_results(trunk, results, now=at)


def test_a_new_trunk_starts_slowly_and_its_first_reply_proves_it() -> None:
    assert calls_allowed(Trunk(), unanswered=0, now=NOON) == UNPROVEN_CALLS
    assert calls_allowed(Trunk(), unanswered=UNPROVEN_CALLS, now=NOON) == 0
    assert calls_allowed(after(REPLIED, trunk=Trunk()), unanswered=0, now=NOON) is None


def test_a_run_of_failures_opens_the_breaker_with_its_cause() -> None:
    almost, opened = after(*[DEAD] * (RUN_OPENS - 1)), after(*[DEAD] * RUN_OPENS)

    assert not almost.is_failing
    assert (opened.failing_since, opened.cause) == (NOON, "NORMAL_TEMPORARY_FAILURE")
    assert calls_allowed(opened, unanswered=0, now=NOON) == 0


def test_a_share_of_failures_opens_it_though_some_calls_get_through() -> None:
    opened = after(*[REPLIED, DEAD] * SHARE_OPENS)

    assert opened.is_failing


def test_failures_that_lie_far_apart_leave_it_closed() -> None:
    seldom = after(*[DEAD, *[REPLIED] * (RECENT // (SHARE_OPENS - 1))] * 50)

    assert not seldom.is_failing


def test_trial_calls_go_out_after_each_pause_and_pauses_double_up_to_a_minute() -> None:
    trunk, seconds = after(*[DEAD] * RUN_OPENS), []
    for _ in range(9):
        at = trunk.next_trial_at
        assert at is not None
        assert calls_allowed(trunk, unanswered=0, now=at.subtract(microseconds=1)) == 0
        assert calls_allowed(trunk, unanswered=0, now=at) == TRIAL_CALLS
        trunk = after(*[DEAD] * TRIAL_CALLS, trunk=after_trial(trunk, now=at), at=at)
        assert trunk.next_trial_at is not None
        seconds.append((trunk.next_trial_at - at).total_seconds())

    assert seconds == [2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_one_reply_closes_it_at_once() -> None:
    opened = after(*[DEAD] * RUN_OPENS)

    closed = after(REPLIED, trunk=opened, at=NOON.add(seconds=3))

    assert closed == Trunk(proven_at=NOON.add(seconds=3))
    assert calls_allowed(closed, unanswered=99, now=NOON.add(seconds=3)) is None


def test_a_trunk_that_was_idle_starts_slowly_again() -> None:
    assert calls_allowed(PROVEN, unanswered=0, now=NOON + TRUNK_PROVEN_FOR) == UNPROVEN_CALLS


def test_a_clock_that_was_set_back_neither_proves_a_trunk_nor_keeps_its_trials_waiting() -> None:
    earlier = NOON.subtract(hours=1)
    opened = after(*[DEAD] * RUN_OPENS)

    assert calls_allowed(opened, unanswered=0, now=earlier) == TRIAL_CALLS
    assert calls_allowed(PROVEN, unanswered=0, now=earlier) == UNPROVEN_CALLS


def test_a_busy_trunk_is_seldom_another_value_so_that_its_row_is_seldom_written() -> None:
    values = set()
    trunk = PROVEN
    for second in range(600):
        trunk = after(REPLIED, trunk=trunk, at=NOON.add(seconds=second / 10))
        values.add(trunk)

    assert len(values) <= 3


@given(st.lists(st.sampled_from([DEAD, REPLIED]), max_size=60))
def test_it_is_open_exactly_after_a_run_or_a_share_since_the_last_closing(results: list[TrunkResult]) -> None:
    trunk, history = PROVEN, [REPLIED] * 0
    for result in results:
        was_failing = trunk.is_failing
        trunk = after(result, trunk=trunk)
        history = [] if was_failing and result is REPLIED else [*history, result]
        run = all(one is DEAD for one in history[-RUN_OPENS:]) and len(history) >= RUN_OPENS
        share = history[-RECENT:].count(DEAD) >= SHARE_OPENS
        assert trunk.is_failing == ((was_failing and result is DEAD) or (not was_failing and (run or share)))


@given(st.integers(min_value=0, max_value=10_000))
def test_every_pause_is_between_its_bounds(trials: int) -> None:
    assert TRUNK_SHORTEST_PAUSE <= pause_after(trials) <= TRUNK_LONGEST_PAUSE


@pytest.mark.parametrize("channels", [1, 10, 120, 1000])
def test_a_dead_trunk_sees_at_most_thirty_calls_in_its_first_twenty_seconds(channels: int) -> None:
    """Every call fails 20 ms after its dial, as recorded from a switch with nobody behind its gateway."""
    trunk, dialled, unanswered = Trunk(), 0, 0
    for step in range(1000):  # 20 ms each
        now = NOON + Duration(milliseconds=20 * step)
        trunk, unanswered = after(*[DEAD] * unanswered, trunk=trunk, at=now), 0
        allowed = calls_allowed(trunk, unanswered=unanswered, now=now)
        going = min(channels, channels if allowed is None else allowed)
        if going and trunk.is_failing:
            trunk = after_trial(trunk, now=now)
        dialled, unanswered = dialled + going, going

    assert dialled <= 30
