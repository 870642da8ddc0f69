"""The hold: nothing is planned and nothing is dialled until it is released; calls that are up are settled."""

from tests.builders import NOON, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import an_end, call_row, lead_rows, next_plan, states
from worker.domain.call import Answered, CallState
from worker.domain.campaign import Status
from worker.domain.hold import Hold
from worker.domain.lead import Stage
from worker.domain.reason import Reason
from worker.usecases.dispatch.hold import hold, release


def held(world: World, why: str = "restored") -> Hold:
    return hold(world.store, why=why, by="lan@db1", now=world.clock.now())


def test_nothing_is_planned_while_the_installation_is_held(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    held(world)

    assert world.plan() == []
    assert [lead.stage for lead in lead_rows(world)] == [Stage.NEW, Stage.NEW]


def test_a_hold_governs_the_very_next_dial_and_costs_the_lead_nothing(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.plan()

    held(world)

    assert world.place([call_id]) == 0
    assert world.telephony.placed == []
    row, (lead,) = call_row(world, call_id), lead_rows(world)
    assert (row.state, row.reason) == (CallState.CANCELLED, Reason.HELD)
    assert (lead.stage, lead.called_count) == (Stage.NEW, 0)


def test_an_otp_waits_too(world: World) -> None:
    fill_store(world.store, stored_settings(status=Status.STOP))
    add_leads(world.store, viettel(1), stage=Stage.OTP)
    held(world)
    assert world.plan() == []

    release(world.store, now=world.clock.now())

    assert len(world.plan()) == 1


def test_calls_that_are_up_are_settled_while_it_lasts(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    held(world)

    world.hear(Answered(call_id, NOON.add(seconds=1)), an_end(call_id))

    assert states(world) == {CallState.ENDED: 1}


def test_a_release_makes_every_carrier_due_and_the_leads_are_called(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    held(world)
    world.plan()
    assert next_plan(world) is None

    assert release(world.store, now=NOON)

    assert next_plan(world) == NOON
    assert len(world.dial()) == 1


def test_a_second_reason_stands_beside_the_first_and_the_time_stays(world: World) -> None:
    first = held(world)
    world.clock.wait(60)

    held(world, why="another timeline")
    again = held(world, why="another timeline")

    assert again == Hold(first.since, "restored; another timeline", "lan@db1")


def test_a_hold_after_a_release_is_a_new_one(world: World) -> None:
    held(world)
    release(world.store, now=NOON)
    assert not release(world.store, now=NOON)
    world.clock.wait(60)

    assert held(world, why="again") == Hold(NOON.add(seconds=60), "again", "lan@db1")
