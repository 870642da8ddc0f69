"""After a call: who is called again, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import Duration

from tests.builders import NOON
from worker.domain.call import Outcome
from worker.domain.lead import Ending
from worker.domain.recall import GiveUp, RecallAt, RecallPolicy, decide_recall

BUSY_AND_ANSWERED = frozenset({Outcome.BUSY, Outcome.ANSWERED})


def test_a_busy_number_is_called_again_after_the_pause() -> None:
    policy = RecallPolicy(times=1, statuses=BUSY_AND_ANSWERED, pause=Duration(minutes=5))

    decision = decide_recall(policy, attempt=1, outcome=Outcome.BUSY, billed_seconds=0, ended_at=NOON)

    assert decision == RecallAt(NOON.add(minutes=5))


def test_recall_times_are_extra_attempts() -> None:
    policy = RecallPolicy(times=1, statuses=BUSY_AND_ANSWERED)

    decision = decide_recall(policy, attempt=2, outcome=Outcome.BUSY, billed_seconds=0, ended_at=NOON)

    assert decision == GiveUp(Ending.ATTEMPTS_USED)


def test_an_outcome_that_is_not_listed_ends_the_lead() -> None:
    policy = RecallPolicy(times=3, statuses=BUSY_AND_ANSWERED)

    decision = decide_recall(policy, attempt=1, outcome=Outcome.FAILED, billed_seconds=0, ended_at=NOON)

    assert decision == GiveUp(Ending.NOT_RECALLED)


@pytest.mark.parametrize(("limit", "billed", "again"), [(0, 0, False), (10, 9, True), (10, 10, False)])
def test_an_answered_call_is_repeated_only_below_the_limit(limit: int, billed: int, *, again: bool) -> None:
    policy = RecallPolicy(times=3, statuses=BUSY_AND_ANSWERED, answered_below_seconds=limit)

    decision = decide_recall(policy, attempt=1, outcome=Outcome.ANSWERED, billed_seconds=billed, ended_at=NOON)

    assert decision == (RecallAt(NOON) if again else GiveUp(Ending.ANSWERED))


@given(
    times=st.integers(0, 10),
    outcomes=st.lists(st.sampled_from(list(Outcome)), min_size=20, max_size=20),
    statuses=st.frozensets(st.sampled_from(list(Outcome))),
)
def test_nobody_is_called_more_than_once_and_the_recalls(
    times: int, outcomes: list[Outcome], statuses: frozenset[Outcome]
) -> None:
    policy = RecallPolicy(times=times, statuses=statuses, answered_below_seconds=30, pause=Duration(minutes=1))

    attempt = 1
    for outcome in outcomes:
        decision = decide_recall(policy, attempt=attempt, outcome=outcome, billed_seconds=5, ended_at=NOON)
        if isinstance(decision, GiveUp):
            break
        assert decision.moment >= NOON.add(minutes=1)
        attempt += 1

    assert attempt <= 1 + times
