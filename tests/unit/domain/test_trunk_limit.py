"""The limit of a trunk, as the planner and the dial ask for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import Duration

from tests.builders import NOON, a_campaign, a_carrier, a_situation
from worker.domain.planner import calls_to_start
from worker.domain.reason import Reason
from worker.domain.timing import PLANNED_WHILE_DUE
from worker.domain.trunk import TRIAL_CALLS, UNPROVEN_CALLS, Trunk, calls_allowed
from worker.domain.trunk_limit import trunk_limit

SOON = NOON.add(seconds=1)
SINCE = NOON.subtract(seconds=9)
FAILING = Trunk(failures=7, cause="NORMAL_TEMPORARY_FAILURE", failing_since=SINCE, next_trial_at=SOON)
moments = st.integers(-90, 90).map(lambda seconds: NOON + Duration(seconds=seconds))
trunks = st.builds(
    Trunk,
    failing_since=st.none() | st.just(SINCE),
    next_trial_at=st.none() | moments,
    proven_at=st.none() | moments,
    trials=st.integers(0, 99),
)


@given(trunks, st.integers(0, 20))
def test_the_dial_lets_through_what_the_breaker_allows(trunk: Trunk, dialing: int) -> None:
    limit = trunk_limit(trunk, dialing=dialing, queued=0, now=NOON)

    assert (limit and limit.free) == calls_allowed(trunk, unanswered=dialing, now=NOON)


@given(trunks, st.integers(0, 20), st.integers(0, 20))
def test_a_plan_starts_no_more_than_the_dial_will_let_through(trunk: Trunk, dialing: int, queued: int) -> None:
    planned = trunk_limit(trunk, dialing=dialing, queued=queued, now=NOON)
    at_the_dial = trunk_limit(trunk, dialing=dialing, queued=0, now=NOON)

    assert (planned is None) == (at_the_dial is None)
    if planned is not None and at_the_dial is not None:
        assert planned.free <= max(0, at_the_dial.free - queued)


def test_a_plan_for_a_failing_trunk_starts_nothing_and_looks_again_at_the_next_trial() -> None:
    plan = calls_to_start(a_situation(a_campaign(), trunk=FAILING), now=NOON)

    (why,) = next(iter(plan.reasons.values()))
    assert plan.grants == ()
    assert (why.reason, why.cause, why.since, why.until) == (Reason.CARRIER_FAILING, FAILING.cause, SINCE, SOON)
    assert plan.look_again_at == SOON


@pytest.mark.parametrize(("queued", "started"), [(0, TRIAL_CALLS), (1, 1), (2, 0), (9, 0)])
def test_a_due_trial_is_planned_unless_calls_wait_for_it_already(queued: int, started: int) -> None:
    plan = calls_to_start(a_situation(a_campaign(), trunk=FAILING, queued=queued), now=SOON)

    assert sum(grant.count for grant in plan.grants) == started
    assert plan.look_again_at == SOON + PLANNED_WHILE_DUE


def test_the_channels_of_an_unproven_trunk_are_shared_by_all_its_campaigns() -> None:
    campaigns = [a_campaign(concurrent_call=50), a_campaign(concurrent_call=50)]

    plan = calls_to_start(
        a_situation(*campaigns, carrier=a_carrier(concurrent_call=100), trunk=Trunk(), dialing=3, queued=1), now=NOON
    )

    assert sum(grant.count for grant in plan.grants) == UNPROVEN_CALLS - 4
    assert {why.reason for whys in plan.reasons.values() for why in whys} == {Reason.CARRIER_UNPROVEN}


def test_a_proven_trunk_sets_no_limit() -> None:
    plan = calls_to_start(
        a_situation(a_campaign(concurrent_call=50), carrier=a_carrier(concurrent_call=40), trunk=Trunk(proven_at=NOON)),
        now=NOON,
    )

    assert sum(grant.count for grant in plan.grants) == 40
