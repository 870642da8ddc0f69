"""A carrier that gets another gateway: what was known of the old one's trunk keeps nobody waiting."""

from dataclasses import replace

import pytest

from tests.builders import CARRIER, HANOI, NOON, TENANT
from tests.unit.usecases.conftest import World
from tests.unit.usecases.dispatch.test_trunks import FAILING, PROVEN, a_world, reasons, trunk_of
from worker.domain.reason import Reason
from worker.domain.trunk import TRIAL_CALLS, Trunk
from worker.ports.records.entities import Tenant
from worker.usecases.records.save_carrier import save_carrier

OWNER = Tenant(id=TENANT, name="default", timezone=HANOI)


def edit(world: World, *, gateway: str) -> None:
    save_carrier(
        world.store,
        queue=world.queue,
        tenant=OWNER,
        carrier_id=CARRIER,
        changes={"gateway": gateway},
        now=world.clock.now(),
    )


def test_calls_that_waited_for_the_old_gateway_try_the_new_one_at_once(world: World) -> None:
    a_world(world, {**FAILING, "next_trial_at": NOON})
    waited = world.plan()
    later = replace(trunk_of(world), next_trial_at=NOON.add(seconds=7))
    with world.store.transaction() as tx:
        tx.trunks.save(CARRIER, later)
    world.place(waited)
    before, was_placed = reasons(world)[Reason.CARRIER_FAILING].until, list(world.telephony.placed)

    edit(world, gateway="other")
    world.place(world.queue.calls[len(waited) :])

    assert (before, was_placed) == (later.next_trial_at, [])
    assert len(world.telephony.placed) == TRIAL_CALLS
    assert trunk_of(world).failing_since == later.failing_since, "until the new gateway replies"
    assert trunk_of(world).trials == 1


def test_a_new_gateway_of_a_trunk_that_was_well_starts_slowly(world: World) -> None:
    a_world(world, PROVEN)

    edit(world, gateway="other")

    assert trunk_of(world) == Trunk()


@pytest.mark.parametrize("known", [FAILING, PROVEN], ids=["failing", "proven"])
def test_an_edit_that_names_the_same_gateway_changes_nothing(world: World, known: dict[str, object]) -> None:
    a_world(world, known)
    before = trunk_of(world)

    edit(world, gateway="g1")

    assert trunk_of(world) == before
