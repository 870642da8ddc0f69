"""Placing: each queued call judged again, won once, and dialled at most once."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, update

from tests.builders import CARRIER, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import call_row, lead_rows, put, states
from worker.domain.call import CallState
from worker.domain.campaign import Status
from worker.domain.carrier import DialType
from worker.domain.ids import CarrierId
from worker.domain.lead import Ending, Stage
from worker.domain.reason import Reason
from worker.domain.timing import LEADER_LEASE
from worker.store.base.tables import carriers, do_not_call, tenants


def test_a_message_that_comes_twice_dials_once(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    call_ids = world.plan()

    assert (world.place(call_ids), world.place(call_ids)) == (2, 0)
    assert [o.call_id for o in world.telephony.placed] == call_ids


def test_a_dial_says_what_the_settings_say(world: World) -> None:
    fill_store(world.store, stored_settings(call_timeout=25))
    add_leads(world.store, viettel(1))

    world.dial()

    (placed,) = world.telephony.placed
    assert (placed.destination, placed.caller_id, placed.timeout_seconds, placed.gateway) == (
        viettel(1)[0],
        "02873003586",
        25,
        "g1",
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"status": Status.STOP, "run_id": None}, Reason.STOPPED),
        ({"status": Status.PAUSE}, Reason.PAUSED),
        ({"active": False}, Reason.INACTIVE),
        ({"carrier_uuid": None}, Reason.NO_CARRIER),
        ({"local_start_time": "13:00:00", "local_end_time": "14:00:00"}, Reason.WINDOW_SHUT),
    ],
)
def test_a_put_governs_the_very_next_dial(world: World, changed: dict[str, Any], reason: Reason) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.plan()

    put(world, **changed)
    world.place([call_id])

    assert world.telephony.placed == []
    assert (call_row(world, call_id).state, call_row(world, call_id).reason) == (CallState.CANCELLED, reason)
    assert [(lead.stage, lead.called_count) for lead in lead_rows(world)] == [(Stage.NEW, 0)]
    assert CARRIER in world.queue.plans


def test_a_lowered_limit_cancels_what_is_queued_beyond_it(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=5))
    add_leads(world.store, viettel(5))
    call_ids = world.plan()
    world.place(call_ids[:1])

    put(world, concurrent_call=2)
    world.place(call_ids[1:])

    assert len(world.telephony.placed) == 2
    assert states(world) == {CallState.DIALING: 2, CallState.CANCELLED: 3}


def test_a_number_that_went_on_the_do_not_call_list_is_not_dialled_and_its_lead_ends(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    call_ids = world.plan()
    with world.store.transaction() as tx:
        tx.connection.execute(
            insert(do_not_call).values(tenant_id=TENANT, phone=viettel(1)[0], description="", created_at=NOON)
        )

    world.place(call_ids)

    assert world.telephony.placed == []
    assert lead_rows(world)[0].ending is Ending.DO_NOT_CALL


def test_a_call_is_sent_at_once_or_not_at_all(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))

    world.dial()

    assert world.telephony.until == NOON.add(microseconds=400_000)


def test_without_a_switch_calls_stay_queued_and_are_sent_again(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    world.telephony.is_reachable = False
    call_ids = world.dial()

    world.clock.wait(4)
    world.queue.calls.clear()
    world.sweep()

    assert states(world) == {CallState.QUEUED: 1}
    assert world.queue.calls == call_ids


def test_a_call_that_was_certainly_not_dialled_goes_back(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    call_ids = world.plan()
    world.telephony.refused = {call_ids[0]}

    world.place(call_ids)

    assert states(world) == {CallState.QUEUED: 1, CallState.DIALING: 1}
    assert call_row(world, call_ids[0]).resend_at == NOON.add(seconds=1)


def test_a_tenants_limit_that_was_lowered_holds_from_the_next_dial_on(world: World) -> None:
    fill_store(world.store, tenant_cap=5)
    add_leads(world.store, viettel(5))
    call_ids = world.plan()
    world.place(call_ids[:1])

    with world.store.transaction() as tx:
        tx.connection.execute(update(tenants).values(concurrent_call=2))
    world.place(call_ids[1:])

    assert len(world.telephony.placed) == 2
    assert {call_row(world, call_id).reason for call_id in call_ids[2:]} == {Reason.LIMIT_LOWERED}


def test_a_tenant_without_a_limit_is_not_counted(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(5))

    assert len(world.dial()) == 5


def test_a_call_that_was_queued_before_its_campaign_expired_is_not_dialled_and_its_lead_ends(world: World) -> None:
    fill_store(world.store, stored_settings(lead_expired_at=NOON.add(seconds=2)))
    add_leads(world.store, viettel(2))
    call_ids = world.plan()
    world.place(call_ids[:1])

    world.clock.wait(2)
    world.place(call_ids[1:])

    assert [placed.call_id for placed in world.telephony.placed] == call_ids[:1]
    assert call_row(world, call_ids[1]).reason is Reason.EXPIRED
    assert [(lead.stage, lead.ending) for lead in lead_rows(world)] == [
        (Stage.CALLING, None),
        (Stage.DONE, Ending.EXPIRED),
    ]


def test_an_edited_carrier_governs_the_very_next_dial(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    call_ids = world.plan()
    world.place(call_ids[:1])

    with world.store.transaction() as tx:
        tx.connection.execute(update(carriers).values(gateway="g2", data={"caller_id": "02899999999"}))
    world.place(call_ids[1:])

    assert [(placed.gateway, placed.caller_id) for placed in world.telephony.placed] == [
        ("g1", "02873003586"),
        ("g2", "02899999999"),
    ]


def test_a_campaign_that_moved_to_another_carrier_is_planned_there(world: World) -> None:
    other = CarrierId(UUID(int=21))
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    call_ids = world.plan()
    with world.store.transaction() as tx:
        tx.carriers.add(replace(tx.carriers.get(TENANT, CARRIER), id=other, name="other"))

    put(world, carrier_uuid=other)
    world.place(call_ids)

    assert call_row(world, call_ids[0]).reason is Reason.CARRIER_CHANGED
    assert set(world.queue.plans) == {CARRIER, other}


def test_nobody_is_dialled_while_nobody_hears_the_switch(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    call_ids = world.plan()
    world.listen()

    world.clock.wait(LEADER_LEASE.total_seconds())
    dialled = world.place_as_heard(call_ids)

    row = call_row(world, call_ids[0])
    assert (dialled, world.telephony.placed) == (0, [])
    assert (row.state, row.resend_at) == (CallState.QUEUED, world.clock.now().add(seconds=1))


def test_a_call_that_no_switch_can_dial_ends_with_its_reason_and_its_lead_waits(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.plan()

    with world.store.transaction() as tx:  # as an earlier release stored it
        tx.connection.execute(update(carriers).values(dial_type=DialType.CHANNEL_ONE, data={"prefix": "9+"}))
    world.place([call_id])

    assert world.telephony.placed == []
    assert (call_row(world, call_id).state, call_row(world, call_id).reason) == (
        CallState.CANCELLED,
        Reason.PREFIX_NOT_DIALABLE,
    )
    assert [lead.stage for lead in lead_rows(world)] == [Stage.NEW]
    assert world.plan() == []
