import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime, Duration

from worker.domain.breaker import (
    FIRST_CONCURRENCY,
    LONGEST_PAUSE,
    MAX_CONCURRENCY,
    QUICK_CONCURRENCY,
    SHORTEST_PAUSE,
    SHUT_AT,
    HostHealth,
    after_answer,
)
from worker.domain.retry import Answer

NOON = pendulum.datetime(2026, 11, 23, 12)
HAD, AWAY, BUSY = Answer(200), Answer(None, "no connection"), Answer(429)
SLOW = 0.2
MIDDLE = 0.5
"""The chance that leaves a pause as it is."""


def after(
    *answers: Answer,
    health: HostHealth | None = None,
    now: DateTime = NOON,
    chance: float = MIDDLE,
    took_seconds: float = SLOW,
) -> HostHealth:
    found = health or HostHealth()
    for answer in answers:
        found = after_answer(found, answer, took_seconds=took_seconds, now=now, chance=chance)
    return found


def test_a_host_earns_concurrency_by_answering() -> None:
    assert [after(*[HAD] * count).concurrency for count in (0, 1, 2, 99)] == [FIRST_CONCURRENCY, 5, 6, MAX_CONCURRENCY]


def test_a_host_that_answers_quickly_needs_few() -> None:
    assert after(*[HAD] * 99, took_seconds=0.049).concurrency == QUICK_CONCURRENCY
    assert (
        after(*[HAD] * 9, health=HostHealth(concurrency=MAX_CONCURRENCY), took_seconds=0.0).concurrency
        == MAX_CONCURRENCY - 9
    )
    assert (
        after(HAD, health=HostHealth(concurrency=QUICK_CONCURRENCY), took_seconds=0.0).concurrency == QUICK_CONCURRENCY
    )


@pytest.mark.parametrize("status", [302, 400, 404, 410, 500, 502])
def test_a_host_that_refuses_now_and_then_is_well_all_the_same(status: int) -> None:
    refused = [Answer(status)] * (SHUT_AT - 1)

    assert after(*refused).shut_until is None
    assert after(*refused, HAD, *refused).shut_until is None
    assert after(*refused, HAD) == HostHealth(concurrency=FIRST_CONCURRENCY + SHUT_AT)


def test_a_host_that_refuses_everything_is_left_alone_too() -> None:
    shut = after(*[Answer(500)] * SHUT_AT)

    assert (shut.concurrency, shut.shut_until) == (1, NOON + SHORTEST_PAUSE)


@pytest.mark.parametrize("answer", [AWAY, BUSY, Answer(503)])
def test_failures_in_a_row_shut_a_host_and_leave_it_one_request(answer: Answer) -> None:
    before, shut = after(answer, answer), after(answer, answer, answer)

    assert (before.concurrency, before.shut_until) == (1, None)
    assert (shut.concurrency, shut.shut_until) == (1, NOON + SHORTEST_PAUSE)


def test_a_host_is_shut_until_the_pause_is_over() -> None:
    shut = after(AWAY, AWAY, AWAY)

    assert shut.is_shut(NOON + SHORTEST_PAUSE - Duration(microseconds=1))
    assert not shut.is_shut(NOON + SHORTEST_PAUSE)
    assert not HostHealth().is_shut(NOON)


def test_each_failure_after_a_pause_makes_the_next_one_longer() -> None:
    health, now, pauses = after(AWAY, AWAY), NOON, []
    for _ in range(7):
        health = after(AWAY, health=health, now=now)
        assert health.shut_until is not None
        pauses.append((health.shut_until - now).total_seconds())
        now = health.shut_until

    assert pauses == [5, 10, 20, 40, 60, 60, 60]


def test_failures_that_were_under_way_together_count_as_one() -> None:
    shut = after(AWAY, AWAY, AWAY)

    assert after(*[AWAY] * 20, health=shut) == shut


def test_an_answer_opens_a_host_again() -> None:
    assert after(AWAY, AWAY, AWAY, HAD) == HostHealth(concurrency=2)


def test_a_host_that_asks_for_patience_is_left_alone_for_as_long_and_no_longer_than_others() -> None:
    some, many = Answer(429, retry_after=Duration(seconds=30)), Answer(503, retry_after=Duration(hours=1))

    assert after(some, some, some).shut_until == NOON.add(seconds=30)
    assert after(many, many, many).shut_until == NOON + LONGEST_PAUSE


@given(chance=st.floats(0, 1, exclude_max=True))
def test_pauses_are_spread_by_a_fifth(chance: float) -> None:
    shut = after(AWAY, AWAY, AWAY, chance=chance)

    assert shut.shut_until is not None
    assert SHORTEST_PAUSE * 0.8 <= shut.shut_until - NOON <= SHORTEST_PAUSE * 1.2


def test_a_host_is_in_doubt_until_it_has_answered_and_after_it_failed() -> None:
    assert HostHealth().in_doubt
    assert not after(HAD).in_doubt
    assert after(HAD, AWAY).in_doubt
