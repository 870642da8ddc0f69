from datetime import date, timedelta

import pytest

from worker.domain.agents.credit import AnswerCounts, Lines, counts_of_window, credit_of

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("answered", "abandoned", "stock"), [(0, 0, 0), (33, 0, 0), (34, 0, 1), (100, 2, 1), (100, 3, 0), (100, 9, 0)]
)
def test_the_stock_is_what_the_target_leaves(answered: int, abandoned: int, stock: int) -> None:
    assert AnswerCounts(answered, abandoned).stock(target_per_mille=30) == stock


def test_without_credit_a_call_needs_a_ready_agent_of_its_own() -> None:
    assert Lines(ready=2, waiting=0, ringing=1).may_dial(credit=0)
    assert not Lines(ready=2, waiting=1, ringing=1).may_dial(credit=0)


def test_an_agent_for_whom_a_phone_rings_may_not_pause_before_the_call() -> None:
    assert not Lines(ready=1, ringing=1).may_pause(credit=0)
    assert Lines(ready=1, ringing=1).may_pause(credit=1)
    assert Lines(ready=1).may_pause(credit=0)


def test_counts_of_thirty_days_are_added() -> None:
    days = {TODAY - timedelta(days=ago): AnswerCounts(100, 1) for ago in (0, 29, 30)}

    assert counts_of_window(days, today=TODAY) == AnswerCounts(200, 2)


def test_the_stock_of_a_day_that_leaves_the_window_at_midnight_is_not_used() -> None:
    days = {TODAY - timedelta(days=29): AnswerCounts(1_000, 0), TODAY: AnswerCounts(100, 1)}

    assert credit_of(days, today=TODAY, target_per_mille=30) == 2


def test_abandoned_calls_of_a_day_that_leaves_the_window_at_midnight_still_count() -> None:
    days = {TODAY - timedelta(days=29): AnswerCounts(100, 4), TODAY: AnswerCounts(100, 1)}

    assert credit_of(days, today=TODAY, target_per_mille=30) == 1
    assert credit_of(days, today=TODAY + timedelta(days=1), target_per_mille=30) == 2
