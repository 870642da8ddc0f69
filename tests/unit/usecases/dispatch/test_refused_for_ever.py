"""No call is put off for ever without a reason that anybody can read."""

import pytest

from tests.builders import CARRIER, add_leads, fill_store, viettel
from tests.fakes.telephony import SWITCH
from tests.unit.usecases.conftest import LONG_BEFORE, World
from tests.unit.usecases.look import call_row, lead_rows
from worker.domain.call import CallState, Refused
from worker.domain.ids import CallId
from worker.domain.switch import Switch
from worker.domain.trunk import UNREACHED_DIALS

OWN = "USER_NOT_REGISTERED"
"""A cause that is neither the switch's nor the trunk's."""


def the_switch(world: World) -> Switch:
    with world.store.reading() as tx:
        (found,) = tx.switches.all()
    return found


def refuse(world: World, call_id: CallId, *, cause: str, times: int) -> None:
    """Have the switch refuse the call's dials; it is dialled again after each."""
    for dial in range(1, times + 1):
        if dial > 1:
            world.clock.wait(10)
            world.place([call_id])
        world.hear(Refused(call_id, cause, listening_since=LONG_BEFORE, dial=dial))


@pytest.mark.parametrize("per_second", [0, 5])
def test_a_switch_that_refuses_the_command_is_passed_over_and_says_why(world: World, per_second: int) -> None:
    fill_store(world.store, carrier={"calls_per_second": per_second})
    add_leads(world.store, viettel(1))
    world.telephony.says = "permission denied"
    world.rate.available(CARRIER, per_second=per_second or 1, count=1)  # a limiter that nobody knew admits nobody
    world.clock.wait(2)
    now = world.clock.now()

    (call_id,) = world.dial()

    assert (the_switch(world).refused_cause, the_switch(world).refused_since) == ("permission denied", now)
    assert call_row(world, call_id).state is CallState.QUEUED
    world.telephony.says = ""
    assert world.place([call_id]) == 0, "it gets no call before its pause is over"
    world.clock.wait(60)
    world.place([call_id])
    assert [one.switch for one in world.telephony.placed] == [SWITCH]


def test_a_call_that_is_refused_for_a_cause_of_its_own_ends(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    refuse(world, call_id, cause=OWN, times=UNREACHED_DIALS - 1)
    before = call_row(world, call_id)
    world.clock.wait(10)
    world.place([call_id])
    world.hear(Refused(call_id, OWN, listening_since=LONG_BEFORE, dial=UNREACHED_DIALS))
    after = call_row(world, call_id)

    assert (before.state, before.refusals) == (CallState.QUEUED, UNREACHED_DIALS - 1)
    assert (after.state, after.cause, after.answered_at) == (CallState.ENDED, OWN, None)
    assert lead_rows(world)[0].ending is not None


@pytest.mark.parametrize("cause", ["SYSTEM_SHUTDOWN", "GATEWAY_DOWN"])
def test_a_cause_of_switch_or_trunk_ends_no_call(world: World, cause: str) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    refuse(world, call_id, cause=cause, times=1)

    row = call_row(world, call_id)
    assert (row.state, row.refusals) == (CallState.QUEUED, 1)
    assert lead_rows(world)[0].called_count == 0
