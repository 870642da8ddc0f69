"""Calls a second of a gateway: planned, judged and dialled like a carrier's own."""

from sqlalchemy import select

from tests.builders import CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.dispatch.pacing import timed
from worker.domain.call import CallState
from worker.domain.ids import CallId
from worker.ports.dispatch.messages import SharedPace
from worker.store.base.tables import calls
from worker.usecases.records import keep_gateways

PER_SECOND = 4
CALLS = 10
"""A trunk that has not replied gets no more at a time."""


def test_a_carrier_without_a_limit_of_its_own_keeps_its_gateways(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=90), carrier_calls=90)
    keep_gateways.add_gateway(world.store, "g1", changes={"calls_per_second": PER_SECOND}, now=NOON)
    add_leads(world.store, viettel(CALLS))
    world.rate.available(CARRIER, per_second=0, count=1, shared=SharedPace("g1", PER_SECOND))
    world.clock.wait(2)
    switch = timed(world)

    for _ in range(60):
        world.plan()
        with world.store.reading() as tx:
            queued = list(tx.connection.scalars(select(calls.c.id).where(calls.c.state == CallState.QUEUED)))
        world.place([CallId(call_id) for call_id in queued])
        world.clock.wait(0.05)

    assert len(switch.times) == CALLS
    assert max(sum(begin <= at < begin + 1 for at in switch.times) for begin in switch.times) == PER_SECOND
