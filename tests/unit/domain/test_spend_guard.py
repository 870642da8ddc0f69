"""A tenant's calls of a day: what is left, and until when."""

import pendulum

from tests.builders import HANOI, NOON, a_campaign, a_situation
from worker.domain.planner import calls_to_start
from worker.domain.reason import Reason, Why
from worker.domain.spend_guard import NO_GUARD, SpendGuard

MIDNIGHT = pendulum.datetime(2026, 11, 24, tz=HANOI).in_timezone("UTC")
GUARD = SpendGuard(zone=HANOI, calls_per_day=10)


def test_a_day_is_the_tenants_own() -> None:
    just_before = MIDNIGHT.subtract(microseconds=1)

    assert (GUARD.day(just_before).day, GUARD.day(MIDNIGHT).day, SpendGuard().day(MIDNIGHT).day) == (23, 24, 23)


def test_without_a_number_there_is_no_limit() -> None:
    assert NO_GUARD.limit(dialled=1_000_000, queued=0, now=NOON) is None


def test_a_plan_starts_what_is_left_and_looks_again_at_midnight() -> None:
    campaign = a_campaign(concurrent_call=20)
    some_left = a_situation(campaign, guard=GUARD, dialled_today=5, queued_of_tenant=2)
    used_up = a_situation(campaign, guard=GUARD, dialled_today=10)

    (granted,) = calls_to_start(some_left, now=NOON).grants
    plan = calls_to_start(used_up, now=NOON)

    assert granted.count == 3
    assert plan.grants == ()
    assert plan.reasons[campaign.id] == (Why(Reason.DAY_LIMIT, until=MIDNIGHT, in_use=10, limit=10),)
    assert plan.look_again_at is not None
    assert plan.look_again_at <= MIDNIGHT


def test_zero_calls_a_day_are_none() -> None:
    shut = SpendGuard(zone=HANOI, calls_per_day=0)

    assert calls_to_start(a_situation(a_campaign(), guard=shut), now=NOON).grants == ()
