"""Repair: what a crash left is sent again or given up, and never too early."""

import pytest
from sqlalchemy import delete
from uuid_utils.compat import uuid7

from tests.builders import CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.fakes.telephony import SWITCH
from tests.unit.usecases.conftest import LONG_BEFORE, World
from tests.unit.usecases.look import an_end, call_row, lead_rows, states
from worker.domain.call import Answered, CallState, Outcome, Refused
from worker.domain.errors import Conflict
from worker.domain.ids import CallId
from worker.ports.dispatch.call_rows import Dial
from worker.store.base.tables import leader_leases
from worker.usecases.dispatch.keep_switches import forget_switch


def test_a_call_that_the_switch_does_not_have_for_long_has_ended_unheard_and_counts(world: World) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()

    for seconds in (10, 10, 10):
        world.clock.wait(seconds)
        world.sweep()

    row = call_row(world, call_id)
    assert (row.state, row.outcome, row.cause) == (CallState.ENDED, Outcome.FAILED, "UNKNOWN")
    assert lead_rows(world)[0].called_count == 1
    assert world.queue.deliveries == ["crm.example"]


def test_an_answered_call_whose_end_nobody_heard_stays_answered_and_is_billed_to_its_last_sign(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.clock.wait(2)
    world.hear(Answered(call_id, NOON.add(seconds=2)))
    world.telephony.calls_up.clear()

    for seconds in (10, 20):
        world.clock.wait(seconds)
        world.sweep()

    row = call_row(world, call_id)
    assert (row.outcome, row.cause, row.ended_at) == (Outcome.ANSWERED, "UNKNOWN", NOON.add(seconds=2))


def test_a_call_that_the_switch_has_is_left_alone_however_long(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()
    world.clock.wait(10)
    world.sweep()
    world.telephony.calls_up.add(call_id)

    for seconds in (10, 600):
        world.clock.wait(seconds)
        world.sweep()

    assert call_row(world, call_id).state is CallState.DIALING
    assert world.telephony.ended == []
    assert call_row(world, call_id).missing_since is None


def test_nothing_is_given_up_while_the_switch_cannot_be_asked(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()
    world.telephony.is_reachable = False

    for seconds in (10, 600, 60 + 900 + 29 - 610):
        world.clock.wait(seconds)
        world.sweep()

    assert call_row(world, call_id).state is CallState.DIALING


@pytest.mark.parametrize("is_known", [True, False])
def test_a_call_is_over_when_no_switch_can_have_it_any_longer(world: World, is_known: bool) -> None:  # noqa: FBT001 - a parameter
    fill_store(world.store, stored_settings(call_timeout=20))
    add_leads(world.store, viettel(2))
    ringing, answered = world.dial()
    world.clock.wait(2)
    world.hear(Answered(answered, NOON.add(seconds=2)))
    world.telephony.is_reachable = False
    if not is_known:
        world.telephony.configured.clear()

    seen = []
    for seconds in (20 + 900 + 29.9 - 2, 0.2):
        world.clock.wait(seconds)
        world.sweep()
        seen.append(states(world))

    assert seen == [{"dialing": 1, "answered": 1}, {"ended": 2}]
    row = call_row(world, answered)
    assert (row.outcome, row.answered_at, row.ended_at) == (Outcome.ANSWERED, NOON.add(seconds=2), NOON.add(seconds=2))
    assert call_row(world, ringing).outcome is Outcome.FAILED


def test_a_switch_that_is_heard_is_not_forgotten_while_it_has_calls(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    world.dial()
    now = world.clock.now()

    with pytest.raises(Conflict, match="1 of our calls are up on it: drain it first"):
        forget_switch(world.store, SWITCH, queue=world.queue, now=now, new_id=uuid7)

    assert states(world) == {"dialing": 1}


def test_the_calls_of_a_forgotten_switch_are_over_at_once_and_so_are_late_ones(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    early, late = world.plan()
    world.place([early])
    world.clock.wait(0.2)

    now = world.clock.now()
    with world.store.transaction() as tx:  # no listener hears it
        tx.connection.execute(delete(leader_leases))
    _, ended = forget_switch(world.store, SWITCH, queue=world.queue, now=now, new_id=uuid7)
    with world.store.transaction() as tx:  # a worker read the switch's row before
        tx.calls.move_to_dialing([Dial(late, SWITCH, "", 1, over_by=now)], now=now)
    world.clock.wait(2)
    world.sweep()

    assert ended == 1
    assert states(world) == {"ended": 2}


def test_a_switch_that_this_process_does_not_know_says_nothing_about_its_calls(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.configured.clear()

    for seconds in (10, 20, 600):
        world.clock.wait(seconds)
        world.sweep()

    assert call_row(world, call_id).state is CallState.DIALING


def test_overdue_callbacks_are_asked_for_again(world: World) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.hear(an_end(call_id))
    world.queue.deliveries.clear()

    world.sweep()

    assert world.queue.asked_for_callbacks == 1
    assert world.queue.deliveries == [], "workers that dial do not look through the outbox"


def test_the_tick_asks_for_the_plans_that_are_due_and_no_others(world: World) -> None:
    fill_store(world.store)

    world.tick()
    world.plan()
    world.tick()

    assert world.queue.plans == [CARRIER]


def test_a_clock_that_was_set_back_does_not_keep_calls_and_plans_waiting(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    call_ids = world.plan()
    world.queue.calls.clear()

    world.clock.wait(-3600)
    world.sweep()
    world.tick()

    assert world.queue.calls == call_ids
    assert world.queue.plans == [CARRIER]


def test_nothing_heard_changes_nothing(world: World) -> None:
    world.hear()

    assert states(world) == {}


def test_what_falls_due_before_the_next_tick_is_planned_at_its_very_moment(world: World) -> None:
    recall = {"recall_times": 1, "recall_status": ("busy",), "schedule_recall": "minute", "schedule_recall_duration": 1}
    fill_store(world.store, stored_settings(**recall))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.clock.wait(3)
    world.hear(an_end(call_id, seconds=3))
    world.plan()
    world.queue.plans.clear()

    for seconds in (58, 1, 1):
        world.clock.wait(seconds)
        world.tick()

    assert world.queue.plans_at == [(CARRIER, NOON.add(seconds=63))]
    assert world.queue.plans == [CARRIER]


def test_a_call_whose_end_nobody_was_there_to_hear_is_given_up_soon(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()

    seen = []
    for seconds in (0.5, 0.5, 0.5, 0.5):
        world.clock.wait(seconds)
        world.listen(since=NOON.add(microseconds=1))
        world.sweep()
        seen.append(call_row(world, call_id).state)

    row = call_row(world, call_id)
    assert seen == [*3 * [CallState.DIALING], CallState.ENDED]
    assert (row.cause, row.ended_at) == ("UNKNOWN", NOON)
    assert world.queue.sweeps == [1], "the next sweep comes when the call can be given up"


def test_a_call_that_the_present_listener_was_there_for_is_waited_for_longer(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()

    seen = []
    for seconds in (5, 11.9, 0.1):
        world.clock.wait(seconds)
        world.listen(since=NOON)
        world.sweep()
        seen.append(call_row(world, call_id).state)

    assert seen == [CallState.DIALING, CallState.DIALING, CallState.ENDED]


def test_a_sweep_that_stood_still_gives_up_no_call_that_was_dialled_since(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()
    world.clock.wait(10)
    world.sweep()
    world.clock.wait(20)

    world.telephony.while_asked = lambda: _refused_and_dialled_again(world, call_id)
    world.sweep()
    world.telephony.while_asked = None
    world.sweep()

    row = call_row(world, call_id)
    assert (row.state, row.missing_since) == (CallState.DIALING, None)


def _refused_and_dialled_again(world: World, call_id: CallId) -> None:
    """Let the sweeper stand still while it has asked the switch, and everybody else go on."""
    world.hear(Refused(call_id, "DESTINATION_OUT_OF_ORDER", listening_since=LONG_BEFORE, dial=1))
    world.clock.wait(0.001)
    world.place([call_id])
