from itertools import accumulate

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime, Duration

from worker.domain.retry import JITTER, SCHEDULE, Answer, Dead, Delivered, RetryAt, decide_retry

NOON = pendulum.datetime(2026, 11, 23, 12)
AWAY = Answer(None, "no connection")
MIDDLE = 0.5
"""The chance that leaves a pause as the schedule has it."""


def moments_of_a_dead_receiver(*, chance: float) -> list[DateTime]:
    """Play time forward: each attempt is made at the moment that the one before decided."""
    moments = [NOON]
    while isinstance(decision := decide_retry(AWAY, attempt=len(moments), now=moments[-1], chance=chance), RetryAt):
        moments.append(decision.moment)
    return moments


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_2xx_answer_is_a_delivery(status: int) -> None:
    assert decide_retry(Answer(status), attempt=1, now=NOON, chance=MIDDLE) == Delivered()


@pytest.mark.parametrize("status", [None, 101, 301, 302, 400, 401, 404, 409, 429, 500, 502, 503])
def test_everything_else_is_tried_again(status: int | None) -> None:
    assert decide_retry(Answer(status), attempt=1, now=NOON, chance=MIDDLE) == RetryAt(NOON.add(seconds=5))


def test_410_ends_a_delivery_at_once() -> None:
    assert decide_retry(Answer(410), attempt=1, now=NOON, chance=MIDDLE) == Dead("the receiver answered 410 Gone")


def test_a_dead_receiver_is_tried_for_about_three_days() -> None:
    moments = moments_of_a_dead_receiver(chance=MIDDLE)

    assert [moment - NOON for moment in moments] == [Duration(), *accumulate(SCHEDULE)]
    assert len(moments) == 13
    assert Duration(days=2.5) < moments[-1] - NOON < Duration(days=3.5)


def test_the_pauses_grow() -> None:
    assert list(SCHEDULE) == sorted(set(SCHEDULE))


@given(chance=st.floats(0, 1, exclude_max=True), attempt=st.integers(1, len(SCHEDULE)))
def test_chance_moves_a_pause_by_a_fifth_at_most(chance: float, attempt: int) -> None:
    pause = SCHEDULE[attempt - 1]

    decision = decide_retry(AWAY, attempt=attempt, now=NOON, chance=chance)

    assert isinstance(decision, RetryAt)
    assert pause * (1 - JITTER) <= decision.moment - NOON <= pause * (1 + JITTER)


def test_chance_uses_the_whole_range() -> None:
    earliest = moments_of_a_dead_receiver(chance=0.0)
    latest = moments_of_a_dead_receiver(chance=1 - 1e-9)

    assert earliest[1] == NOON.add(seconds=4)
    assert latest[1].diff(NOON).total_seconds() == pytest.approx(6)


def test_after_the_last_attempt_it_is_a_dead_letter_that_names_the_last_failure() -> None:
    last = len(SCHEDULE) + 1

    assert decide_retry(AWAY, attempt=last, now=NOON, chance=MIDDLE) == Dead("gave up after 13 attempts: no connection")
    assert decide_retry(Answer(500), attempt=last, now=NOON, chance=MIDDLE) == Dead("gave up after 13 attempts: 500")


def test_the_last_attempt_may_still_deliver() -> None:
    assert decide_retry(Answer(200), attempt=len(SCHEDULE) + 1, now=NOON, chance=MIDDLE) == Delivered()


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_receiver_says_when_to_come_back(status: int) -> None:
    answer = Answer(status, retry_after=Duration(minutes=10))

    assert decide_retry(answer, attempt=1, now=NOON, chance=MIDDLE) == RetryAt(NOON.add(minutes=10))


def test_a_busy_receiver_cannot_ask_for_more_haste_than_the_schedule() -> None:
    answer = Answer(503, retry_after=Duration(seconds=1))

    assert decide_retry(answer, attempt=4, now=NOON, chance=MIDDLE) == RetryAt(NOON.add(minutes=10))


def test_a_busy_receiver_cannot_put_us_off_for_more_than_a_day() -> None:
    answer = Answer(429, retry_after=Duration(days=400))

    assert decide_retry(answer, attempt=1, now=NOON, chance=MIDDLE) == RetryAt(NOON.add(days=1))


def test_retry_after_means_nothing_with_another_status() -> None:
    answer = Answer(500, retry_after=Duration(hours=1))

    assert decide_retry(answer, attempt=1, now=NOON, chance=MIDDLE) == RetryAt(NOON.add(seconds=5))


@pytest.mark.parametrize(("status", "trouble"), [(None, True), (429, True), (503, True), (500, False), (200, False)])
def test_the_next_callback_to_a_host_waits_when_it_did_not_answer_or_asks_for_patience(
    status: int | None, *, trouble: bool
) -> None:
    assert Answer(status).tells_of_trouble is trouble
