"""A tenant's calls of a day and destinations: held by each plan, and again by each dial."""

import pendulum
import pytest
from sqlalchemy import select

from tests.builders import CAMPAIGN, HANOI, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import LONG_BEFORE, World
from tests.unit.usecases.look import an_end, call_row, lead_rows, states
from worker.domain.call import CallState, Refused
from worker.domain.lead import Stage
from worker.domain.reason import Reason, Why
from worker.ports.records.entities import Tenant
from worker.store.base.number_tables import dialled_days
from worker.usecases.dispatch.unspoken_leads import LOOKED_AT_AGAIN
from worker.usecases.records.explain import explain_campaign, explain_lead
from worker.usecases.records.save_tenant import TenantChanges, save_tenant

MIDNIGHT = pendulum.datetime(2026, 11, 24, tz=HANOI).in_timezone("UTC")
OWNER = Tenant(id=TENANT, name="default", timezone=HANOI)


def guard(world: World, **changes: object) -> None:
    save_tenant(world.store, name="default", changes=TenantChanges(**changes), now=world.clock.now())  # type: ignore[typeddict-item]  # a test names some


def counted(world: World) -> list[tuple[int, int]]:
    """Give the days of the month, with the calls that count for each."""
    with world.store.reading() as tx:
        rows = tx.connection.execute(select(dialled_days.c.day, dialled_days.c.calls).order_by(dialled_days.c.day))
        return [(row.day.day, row.calls) for row in rows]


def why_of(world: World) -> tuple[Why, ...]:
    return explain_campaign(world.store, tenant=OWNER, campaign_id=CAMPAIGN, now=world.clock.now()).reasons


def a_world(world: World, leads: int = 9, **changes: object) -> None:
    fill_store(world.store, stored_settings(concurrent_call=9))
    add_leads(world.store, viettel(leads))
    guard(world, **changes)


def test_no_more_are_planned_than_the_day_has_left(world: World) -> None:
    a_world(world, calls_per_day=4)

    first = world.dial()
    for call_id in first:
        world.hear(an_end(call_id))

    assert (len(first), world.plan()) == (4, [])
    assert counted(world) == [(23, 4)]
    assert why_of(world) == (Why(Reason.DAY_LIMIT, until=MIDNIGHT, in_use=4, limit=4),)


def test_the_next_day_begins_at_the_tenants_midnight(world: World) -> None:
    a_world(world, calls_per_day=4)
    for call_id in world.dial():
        world.hear(an_end(call_id))

    world.clock.wait((MIDNIGHT - NOON).total_seconds() - 1)
    before = world.dial()
    world.clock.wait(1)
    after = world.dial()

    assert (len(before), len(after)) == (0, 4)
    assert counted(world) == [(23, 4), (24, 4)]


def test_a_limit_that_was_lowered_since_the_plan_holds_at_the_dial(world: World) -> None:
    a_world(world, calls_per_day=9)
    call_ids = world.plan()
    guard(world, calls_per_day=3)

    assert (len(call_ids), world.place(call_ids)) == (9, 3)
    assert states(world) == {CallState.DIALING: 3, CallState.CANCELLED: 6}
    refused = [call_id for call_id in call_ids if call_row(world, call_id).state is CallState.CANCELLED]
    assert {call_row(world, call_id).reason for call_id in refused} == {Reason.DAY_LIMIT}
    assert [lead.stage for lead in lead_rows(world)].count(Stage.NEW) == 6
    assert world.plan() == []


def test_calls_from_before_the_limit_count(world: World) -> None:
    a_world(world)
    first = world.dial()
    for call_id in first:
        world.hear(an_end(call_id))
    add_leads(world.store, viettel(20)[9:])

    guard(world, calls_per_day=len(first) + 2)

    assert len(world.dial()) == 2


def test_a_call_that_goes_back_counts_once_a_day(world: World) -> None:
    a_world(world, leads=1, calls_per_day=1)
    (call_id,) = world.dial()
    world.hear(Refused(call_id, "USER_NOT_REGISTERED", listening_since=LONG_BEFORE, dial=1))
    assert call_row(world, call_id).state is CallState.QUEUED

    again = world.place([call_id])

    assert (again, counted(world)) == (1, [(23, 1)])


def test_a_call_that_is_dialled_again_after_midnight_counts_for_both_days(world: World) -> None:
    a_world(world, leads=1, calls_per_day=1)
    world.clock.wait((MIDNIGHT - NOON).total_seconds() - 1)
    (call_id,) = world.dial()
    world.hear(Refused(call_id, "USER_NOT_REGISTERED", listening_since=LONG_BEFORE, dial=1))
    world.clock.wait(1)

    assert world.place([call_id]) == 1
    assert counted(world) == [(23, 1), (24, 1)]


def test_calls_without_a_switch_are_not_counted(world: World) -> None:
    a_world(world, calls_per_day=4)
    call_ids = world.plan()

    assert world.place_as_heard(call_ids) == 0
    assert counted(world) == []


def test_a_forbidden_destination_waits_and_lets_others_pass(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=1))
    add_leads(world.store, viettel(2))
    guard(world, destinations=(f"!{viettel(2)[0]}",))

    first = world.plan()
    (call_id,) = world.plan()

    assert (first, call_row(world, call_id).phone) == ([], viettel(2)[1])
    waiting = lead_rows(world)[0]
    assert (waiting.stage, waiting.due_at) == (Stage.NEW, NOON + LOOKED_AT_AGAIN)


def test_a_destination_forbidden_since_the_plan_is_not_dialled(world: World) -> None:
    a_world(world, leads=2)
    call_ids = world.plan()
    guard(world, destinations=("tel",))

    assert world.place(call_ids) == 0
    assert {call_row(world, call_id).reason for call_id in call_ids} == {Reason.DESTINATION_FORBIDDEN}
    assert world.telephony.placed == []
    assert world.plan() == []

    guard(world, destinations=("viettel",))
    world.clock.wait(LOOKED_AT_AGAIN.total_seconds())

    assert len(world.dial()) == 2


@pytest.mark.parametrize(("rules", "said"), [(("tel",), Reason.DESTINATION_FORBIDDEN), ((), Reason.DUE)])
def test_why_names_a_forbidden_destination(world: World, rules: tuple[str, ...], said: Reason) -> None:
    a_world(world, leads=1, destinations=rules)
    world.listen()
    owner = Tenant(id=TENANT, name="default", timezone=HANOI, destinations=rules)

    found = explain_lead(world.store, tenant=owner, lead_id=lead_rows(world)[0].id, now=NOON)

    assert [why.reason for why in found.reasons] == [said]


def test_a_lead_that_waits_for_the_next_day_says_so(world: World) -> None:
    a_world(world, calls_per_day=0)
    world.listen()

    found = explain_lead(world.store, tenant=OWNER, lead_id=lead_rows(world)[0].id, now=NOON)

    assert found.reasons == (Why(Reason.DAY_LIMIT, until=MIDNIGHT, in_use=0, limit=0),)
