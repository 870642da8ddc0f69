"""After a call: who is called again, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime, Duration

from tests.builders import NOON
from worker.domain.call import Outcome
from worker.domain.lead import Ending
from worker.domain.recall import GiveUp, RecallAt, RecallPolicy, decide_recall, decide_repeat

BUSY_AND_ANSWERED = frozenset({Outcome.BUSY, Outcome.ANSWERED})


def decided(
    policy: RecallPolicy,
    *,
    attempt: int = 1,
    outcome: Outcome = Outcome.BUSY,
    billed_seconds: int = 0,
    ended_at: DateTime = NOON,
    expires_at: DateTime | None = None,
) -> RecallAt | GiveUp:
    return decide_recall(
        policy,
        attempt=attempt,
        outcome=outcome,
        billed_seconds=billed_seconds,
        ended_at=ended_at,
        expires_at=expires_at,
    )


def test_a_busy_number_is_called_again_after_the_pause() -> None:
    policy = RecallPolicy(times=1, statuses=BUSY_AND_ANSWERED, pause=Duration(minutes=5))

    decision = decided(policy)

    assert decision == RecallAt(NOON.add(minutes=5))


def test_recall_times_are_extra_attempts() -> None:
    policy = RecallPolicy(times=1, statuses=BUSY_AND_ANSWERED)

    decision = decided(policy, attempt=2, outcome=Outcome.BUSY)

    assert decision == GiveUp(Ending.ATTEMPTS_USED)


def test_an_outcome_that_is_not_listed_ends_the_lead() -> None:
    policy = RecallPolicy(times=3, statuses=BUSY_AND_ANSWERED)

    decision = decided(policy, outcome=Outcome.FAILED)

    assert decision == GiveUp(Ending.NOT_RECALLED)


@pytest.mark.parametrize(("limit", "billed", "again"), [(0, 0, False), (10, 9, True), (10, 10, False)])
def test_an_answered_call_is_repeated_only_below_the_limit(limit: int, billed: int, *, again: bool) -> None:
    policy = RecallPolicy(times=3, statuses=BUSY_AND_ANSWERED, answered_below_seconds=limit)

    decision = decided(policy, outcome=Outcome.ANSWERED, billed_seconds=billed)

    assert decision == (RecallAt(NOON) if again else GiveUp(Ending.ANSWERED))


@pytest.mark.parametrize(
    ("minutes", "decision"),
    [(6, RecallAt(NOON.add(minutes=5))), (5, GiveUp(Ending.EXPIRED)), (4, GiveUp(Ending.EXPIRED))],
)
def test_a_recall_that_would_come_after_the_expiry_is_none(minutes: int, decision: RecallAt | GiveUp) -> None:
    policy = RecallPolicy(times=1, statuses=BUSY_AND_ANSWERED, pause=Duration(minutes=5))

    assert decided(policy, expires_at=NOON.add(minutes=minutes)) == decision


def test_the_expiry_does_not_hide_why_a_lead_would_have_ended_anyway() -> None:
    policy = RecallPolicy(times=1, statuses=BUSY_AND_ANSWERED)

    assert decided(policy, attempt=2, expires_at=NOON) == GiveUp(Ending.ATTEMPTS_USED)
    assert decided(policy, outcome=Outcome.ANSWERED, billed_seconds=9, expires_at=NOON) == GiveUp(Ending.ANSWERED)


@given(
    times=st.integers(0, 10),
    outcomes=st.lists(st.sampled_from(list(Outcome)), min_size=20, max_size=20),
    statuses=st.frozensets(st.sampled_from(list(Outcome))),
    minutes=st.integers(0, 60),
    expires_after=st.none() | st.integers(0, 300),
)
def test_nobody_is_called_more_than_once_and_the_recalls_nor_early_nor_after_the_expiry(
    times: int, outcomes: list[Outcome], statuses: frozenset[Outcome], minutes: int, expires_after: int | None
) -> None:
    policy = RecallPolicy(times=times, statuses=statuses, answered_below_seconds=30, pause=Duration(minutes=minutes))
    expires_at = None if expires_after is None else NOON.add(minutes=expires_after)

    attempt, ended_at = 1, NOON
    for outcome in outcomes:
        decision = decided(policy, attempt=attempt, outcome=outcome, ended_at=ended_at, expires_at=expires_at)
        if isinstance(decision, GiveUp):
            break
        assert outcome in statuses
        assert decision.moment >= ended_at.add(minutes=minutes)
        assert expires_at is None or decision.moment < expires_at
        attempt, ended_at = attempt + 1, decision.moment.add(seconds=20)

    assert attempt <= 1 + times


@pytest.mark.parametrize(("uncounted", "minutes"), [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (9, 60)])
def test_an_end_that_uses_no_attempt_is_followed_by_the_same_attempt_after_a_growing_pause(
    uncounted: int, minutes: int
) -> None:
    never = RecallPolicy(times=0, statuses=frozenset())

    decision = decide_repeat(never, uncounted=uncounted, ended_at=NOON, expires_at=None)

    assert decision == RecallAt(NOON.add(minutes=minutes))


def test_the_campaigns_own_pause_is_kept_when_it_is_longer() -> None:
    policy = RecallPolicy(pause=Duration(minutes=90))

    assert decide_repeat(policy, uncounted=0, ended_at=NOON, expires_at=None) == RecallAt(NOON.add(minutes=90))


def test_an_attempt_that_could_only_be_repeated_too_late_is_given_up() -> None:
    decision = decide_repeat(RecallPolicy(), uncounted=0, ended_at=NOON, expires_at=NOON.add(minutes=1))

    assert decision == GiveUp(Ending.EXPIRED)
