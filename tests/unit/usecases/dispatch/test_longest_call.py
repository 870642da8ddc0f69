"""A call that its switch does not end in time is ended by the sweep, by our own clock."""

import pytest
from pendulum import Duration
from sqlalchemy import update

from tests.builders import NOON, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import call_row
from worker.domain.call import Answered
from worker.domain.ids import CallId
from worker.domain.timing import LONGEST_CALL_EXCEEDED
from worker.store.base.tables import calls

RINGS = 20
ALLOWED = Duration(seconds=RINGS + 900)


def dialled(world: World, **carrier: object) -> CallId:
    """Dial one call, which is answered."""
    fill_store(world.store, stored_settings(call_timeout=RINGS), carrier=carrier)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.hear(Answered(call_id, NOON.add(seconds=2)))
    return call_id


def sweep_after(world: World, waited: Duration) -> None:
    world.clock.wait(waited.total_seconds())
    world.sweep()


def test_a_call_may_ring_and_talk_as_long_as_it_may(world: World) -> None:
    call_id = dialled(world)

    sweep_after(world, ALLOWED + LONGEST_CALL_EXCEEDED - Duration(seconds=1))

    assert world.telephony.ended == []
    assert call_row(world, call_id).over_by == NOON + ALLOWED


def test_a_call_that_outlives_that_is_ended_by_us(world: World) -> None:
    call_id = dialled(world)

    sweep_after(world, ALLOWED + LONGEST_CALL_EXCEEDED)

    assert world.telephony.ended == [call_id]


def test_a_carrier_may_have_its_own_longest_call(world: World) -> None:
    call_id = dialled(world, longest_call_seconds=60)
    (placed,) = world.telephony.placed

    sweep_after(world, Duration(seconds=RINGS + 60) + LONGEST_CALL_EXCEEDED)

    assert placed.longest_call_seconds == 60
    assert world.telephony.ended == [call_id]


def test_a_call_of_an_earlier_release_is_left_alone(world: World) -> None:
    dialled(world)
    with world.store.transaction() as tx:
        tx.connection.execute(update(calls).values(over_by=None))

    sweep_after(world, ALLOWED * 2)

    assert world.telephony.ended == []


def test_a_switch_that_cannot_be_told_is_told_by_a_later_sweep(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = dialled(world)
    with monkeypatch.context() as patched:
        patched.setattr(world.telephony, "reachable", False)
        world.telephony.while_asked = None
        sweep_after(world, ALLOWED + LONGEST_CALL_EXCEEDED)
    world.sweep()

    assert world.telephony.ended == [call_id]
    assert "call_too_long" in {vars(record).get("action") for record in caplog.records}
