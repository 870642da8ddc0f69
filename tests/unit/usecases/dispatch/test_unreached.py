"""Calls whose trunk sent no reply: they go back to the queue, and no attempt is used."""

import logging

import pytest

from tests.builders import CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import call_row, lead_rows
from worker.domain.call import CallState, HungUp, Ringing, Unreached
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.lead import Stage

DEAD = "NORMAL_TEMPORARY_FAILURE"


def unreached(call_id: CallId, *, dial: int | None = None) -> Unreached:
    return Unreached(dead_end(call_id, dial=dial))


def dead_end(call_id: CallId, *, dial: int | None = None) -> HungUp:
    end = Hangup(cause=DEAD, answered=False, sip_status=503, replied=False)
    return HungUp(call_id, end, started_at=NOON, ended_at=NOON, dial=dial)


def test_a_call_that_reached_nobody_is_dialled_again_and_its_attempt_does_not_count(world: World) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    world.hear(unreached(call_id, dial=1))
    back = call_row(world, call_id)
    world.place([call_id])

    assert (back.state, back.refusals, back.resend_at) == (CallState.QUEUED, 1, NOON.add(seconds=1))
    assert [placed.dial for placed in world.telephony.placed] == [1, 2]
    (lead,) = lead_rows(world)
    assert (lead.stage, lead.called_count) == (Stage.CALLING, 0)
    assert world.queue.deliveries == []


def test_the_end_of_a_first_dial_does_not_touch_the_second(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.hear(unreached(call_id, dial=1))
    world.place([call_id])

    world.hear(
        unreached(call_id, dial=1),
        dead_end(call_id, dial=1),
    )

    row = call_row(world, call_id)
    assert (row.state, row.refusals) == (CallState.DIALING, 1)


def test_a_call_that_rang_is_never_taken_for_unreached(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    world.hear(Ringing(call_id, NOON), unreached(call_id, dial=1))

    assert call_row(world, call_id).state is CallState.RINGING


def test_the_log_names_the_carrier_and_the_cause(world: World, caplog: pytest.LogCaptureFixture) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    with caplog.at_level(logging.WARNING):
        world.hear(unreached(call_id, dial=1))

    (line,) = [record for record in caplog.records if record.__dict__.get("action") == "trunk_silent"]
    assert (line.__dict__["carrier_id"], line.__dict__["cause"]) == (CARRIER, DEAD)
