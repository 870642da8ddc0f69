import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime, Duration

from worker.domain.breaker import (
    ANSWERED_LATELY,
    FIRST_CONCURRENCY,
    MAX_CONCURRENCY,
    QUICK_CONCURRENCY,
    SHORTEST_PAUSE,
    SHUT_AT,
    HostHealth,
    after_answer,
)
from worker.domain.retry import Answer

NOON = pendulum.datetime(2026, 11, 23, 12)
HAD, AWAY = Answer(200), Answer(None, "no connection")
SLOW = 0.2
SECOND = Duration(seconds=1)
MIDDLE = 0.5
"""The chance that leaves a pause as it is."""


def after(
    *answers: Answer,
    health: HostHealth | None = None,
    now: DateTime = NOON,
    chance: float = MIDDLE,
    took_seconds: float = SLOW,
    is_proven: bool = True,
) -> HostHealth:
    found = health or HostHealth()
    for answer in answers:
        found = after_answer(found, answer, is_proven=is_proven, took_seconds=took_seconds, now=now, chance=chance)
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


@pytest.mark.parametrize("status", [302, 400, 404, 410, 429, 500, 502, 503])
def test_whatever_a_host_answers_it_is_there(status: int) -> None:
    refused = [Answer(status)] * 3 * SHUT_AT

    assert after(*refused) == HostHealth(concurrency=MAX_CONCURRENCY, answered_at=NOON)
    assert after(AWAY, AWAY, Answer(status), AWAY, AWAY).shut_until is None


def test_a_failure_that_proves_nothing_against_a_host_does_not_shut_it() -> None:
    assert after(*[Answer(None, "no TLS connection", host_is_there=True)] * SHUT_AT).shut_until is None


def test_silences_in_a_row_shut_a_host_and_leave_it_one_request() -> None:
    before, shut = after(AWAY, AWAY), after(AWAY, AWAY, AWAY)

    assert (before.is_tried, before.shut_until) == (False, None)
    assert (shut.is_tried, shut.concurrency, shut.shut_until) == (True, 1, NOON + SHORTEST_PAUSE)


def test_the_silence_of_a_url_that_is_not_proven_is_its_own_while_the_host_answers_others() -> None:
    silent = after(*[AWAY] * 9, health=after(HAD), is_proven=False, now=NOON + ANSWERED_LATELY - SECOND)

    assert (silent.is_tried, silent.concurrency) == (False, 1)
    assert after(*[AWAY] * 3, health=after(HAD), is_proven=False, now=NOON + ANSWERED_LATELY).is_tried
    assert after(*[AWAY] * 3, health=after(HAD)).is_tried
    assert after(*[AWAY] * 3, is_proven=False).is_tried


def test_a_silence_halves_the_concurrency() -> None:
    assert after(AWAY, health=HostHealth(concurrency=MAX_CONCURRENCY)).concurrency == MAX_CONCURRENCY // 2
    assert after(AWAY, health=HostHealth(concurrency=1)).concurrency == 1


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
    assert after(AWAY, AWAY, AWAY, HAD) == HostHealth(concurrency=2, answered_at=NOON)


@given(chance=st.floats(0, 1, exclude_max=True))
def test_pauses_are_spread_by_a_fifth(chance: float) -> None:
    shut = after(AWAY, AWAY, AWAY, chance=chance)

    assert shut.shut_until is not None
    assert SHORTEST_PAUSE * 0.8 <= shut.shut_until - NOON <= SHORTEST_PAUSE * 1.2


def test_a_host_is_in_doubt_until_it_has_answered_and_after_it_failed() -> None:
    assert HostHealth().in_doubt
    assert not after(HAD).in_doubt
    assert after(HAD, AWAY).in_doubt
