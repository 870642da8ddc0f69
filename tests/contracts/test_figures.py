"""What metrics count, in both databases."""

from typing import Any

import pytest
from pendulum import Duration
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.builders.stored_calls import store_call, store_delivery
from tests.fakes.jobs import FakeJobQueue
from worker.domain.call import CallState, Outcome
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.domain.retry import DeliveryState
from worker.ports.records.figures import Backlog, WaitingLeads
from worker.store.base.callback_tables import deliveries
from worker.store.base.tables import calls, campaigns, carriers, leads
from worker.store.dispatch.campaign_rows import to_row
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.count_calls import count_calls
from worker.usecases.records.read_figures import read_figures


@pytest.fixture(autouse=True)
def _stored(store: SqlStore) -> None:
    fill_store(store)


def test_an_idle_installation_waits_for_nothing(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(carriers).values(next_plan_at=None))

    found = read_figures(store, now=NOON)

    assert found.backlog == Backlog(
        plan_due_since=None, call_queued_since=None, callback_waiting_since=None, dead_callbacks=0, files=0
    )
    assert (found.live_calls, found.waiting_leads, found.pending_callbacks) == ({}, WaitingLeads(), 0)


def test_channels_in_use_stand_beside_their_limits(store: SqlStore) -> None:
    add_leads(store, [*viettel(3), "0901000001"])
    with store.transaction() as tx:
        tx.connection.execute(update(carriers).values(concurrent_call=30, network={"viettel": 20}))
    plan_carrier(store, queue=FakeJobQueue(), carrier_id=CARRIER, now=NOON, new_id=uuid7)

    found = read_figures(store, now=NOON)

    (carrier,) = [one for one in found.channels if one.carrier_id == CARRIER]
    assert (carrier.limit, carrier.network_limits) == (30, {Network.VIETTEL: 20})
    assert carrier.in_use == {Network.VIETTEL: 3, Network.MOBI: 1}
    assert found.live_calls == {CallState.QUEUED: 4}
    assert found.backlog.call_queued_since == NOON
    assert found.waiting_leads == WaitingLeads()


def test_few_carriers_have_metrics_and_busy_ones_are_first(store: SqlStore) -> None:
    add_leads(store, viettel(1))
    plan_carrier(store, queue=FakeJobQueue(), carrier_id=CARRIER, now=NOON, new_id=uuid7)

    with store.reading() as tx:
        assert [one.carrier_id for one in tx.figures.channels(limit=1)] == [CARRIER]
        assert CARRIER in [one.carrier_id for one in tx.figures.channels(limit=9)]
        assert tx.figures.channels(limit=0) == []


def test_callbacks_that_were_given_up_are_counted_apart(store: SqlStore) -> None:
    (phone,) = viettel(1)
    add_leads(store, [phone])
    call_id = store_call(store, phone=phone, started_at=NOON)
    store_delivery(store, call_id=call_id, at=NOON - Duration(minutes=9))
    assert read_figures(store, now=NOON).backlog.callback_waiting_since == NOON - Duration(minutes=9)

    with store.transaction() as tx:
        tx.connection.execute(update(deliveries).values(state=DeliveryState.DEAD))

    found = read_figures(store, now=NOON)
    assert (found.pending_callbacks, found.backlog.dead_callbacks) == (0, 1)
    assert found.backlog.callback_waiting_since is None


def test_leads_are_due_only_while_their_campaign_may_dial(store: SqlStore) -> None:
    add_leads(store, viettel(4))
    with store.transaction() as tx:
        first, second, third = tx.connection.scalars(select(leads.c.id).order_by(leads.c.id).limit(3))
        due = update(leads).values(due_at=NOON - Duration(minutes=7))
        tx.connection.execute(due.where(leads.c.id != third))
        tx.connection.execute(update(leads).where(leads.c.id == first).values(due_at=NOON - Duration(minutes=9)))
        tx.connection.execute(update(leads).where(leads.c.id == second).values(stage=Stage.RECALL))
        tx.connection.execute(update(leads).where(leads.c.id == third).values(due_at=NOON + Duration(minutes=1)))

    found = read_figures(store, now=NOON)
    assert (found.due_leads, found.due_since) == (3, NOON - Duration(minutes=9))
    assert found.waiting_leads == WaitingLeads(leads=4, recalls=1)

    with store.transaction() as tx:
        shut = to_row(stored_settings(local_start_time="13:00:00", local_end_time="14:00:00"))
        tx.connection.execute(update(campaigns).where(campaigns.c.id == CAMPAIGN).values(**shut))
    found = read_figures(store, now=NOON)
    assert (found.due_leads, found.due_since, found.waiting_leads.leads) == (0, None, 4)


def test_ended_calls_are_counted_by_outcome_and_a_correction_moves_one(store: SqlStore) -> None:
    phones = viettel(3)
    add_leads(store, phones)
    busy: dict[str, Any] = {"outcome": Outcome.BUSY, "cause": "USER_BUSY"}
    lost: dict[str, Any] = {"outcome": Outcome.FAILED, "cause": "LOST", "assumed_at": NOON}
    for phone, ended in zip(phones, (busy, busy, lost), strict=True):
        store_call(store, phone=phone, started_at=NOON, **ended)
    count_calls(store)

    found = read_figures(store, now=NOON).ended_calls
    assert {one: calls for one, calls in found.outcomes.items() if calls} == {Outcome.BUSY: 2, Outcome.FAILED: 1}
    assert found.unheard == {"LOST": 1, "UNKNOWN": 0}

    with store.transaction() as tx:
        told = {"outcome": Outcome.ANSWERED, "cause": "NORMAL_CLEARING", "assumed_at": None}
        tx.connection.execute(update(calls).where(calls.c.cause == "LOST").values(**told))
    count_calls(store)

    found = read_figures(store, now=NOON).ended_calls
    assert {one: calls for one, calls in found.outcomes.items() if calls} == {Outcome.BUSY: 2, Outcome.ANSWERED: 1}
    assert found.unheard == {"LOST": 0, "UNKNOWN": 0}
