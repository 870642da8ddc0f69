"""Repair: what a crash left is sent again or given up, and never too early."""

from tests.builders import CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import an_end, call_row, lead_rows, states
from worker.domain.call import Answered, CallState, Outcome


def test_a_call_that_the_switch_does_not_have_for_long_is_lost_and_counts(world: World) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()

    for seconds in (10, 10, 10):
        world.clock.wait(seconds)
        world.sweep()

    row = call_row(world, call_id)
    assert (row.state, row.outcome, row.cause) == (CallState.ENDED, Outcome.FAILED, "LOST")
    assert lead_rows(world)[0].called_count == 1
    assert world.queue.deliveries == ["crm.example"]


def test_an_answered_call_that_was_lost_stays_answered(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.hear(Answered(call_id, NOON.add(seconds=2)))
    world.telephony.calls_up.clear()

    for seconds in (10, 20):
        world.clock.wait(seconds)
        world.sweep()

    row = call_row(world, call_id)
    assert (row.outcome, row.cause, row.ended_at) == (Outcome.ANSWERED, "LOST", NOON.add(seconds=10))


def test_a_call_that_the_switch_has_is_left_alone_however_long(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()
    world.clock.wait(10)
    world.sweep()
    world.telephony.calls_up.add(call_id)

    for seconds in (10, 3600):
        world.clock.wait(seconds)
        world.sweep()

    assert call_row(world, call_id).state is CallState.DIALING
    assert call_row(world, call_id).missing_since is None


def test_nothing_is_given_up_while_the_switch_cannot_be_asked(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()
    world.telephony.reachable = False

    for seconds in (10, 600, 600):
        world.clock.wait(seconds)
        world.sweep()

    assert call_row(world, call_id).state is CallState.DIALING


def test_a_call_on_a_switch_that_is_no_longer_configured_is_given_up(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.configured.clear()

    for seconds in (10, 20):
        world.clock.wait(seconds)
        world.sweep()

    assert call_row(world, call_id).cause == "LOST"


def test_overdue_callbacks_are_asked_for_again(world: World) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.hear(an_end(call_id))
    world.queue.deliveries.clear()

    world.sweep()

    assert world.queue.deliveries == ["crm.example"]


def test_the_tick_asks_for_the_plans_that_are_due_and_no_others(world: World) -> None:
    fill_store(world.store)

    world.tick()
    world.plan()
    world.tick()

    assert world.queue.plans == [CARRIER]


def test_nothing_heard_changes_nothing(world: World) -> None:
    world.hear()

    assert states(world) == {}


def test_what_falls_due_before_the_next_tick_is_planned_at_its_very_moment(world: World) -> None:
    recall = {"recall_times": 1, "recall_status": ("busy",), "schedule_recall": "minute", "schedule_recall_duration": 1}
    fill_store(world.store, stored_settings(**recall))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.hear(an_end(call_id, seconds=3))
    world.plan()
    world.queue.plans.clear()

    for seconds in (61, 1, 1):
        world.clock.wait(seconds)
        world.tick()

    assert world.queue.plans_at == [(CARRIER, NOON.add(seconds=63))]
    assert world.queue.plans == [CARRIER]
