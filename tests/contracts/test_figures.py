"""What metrics count, in both databases."""

import pytest
from pendulum import Duration
from sqlalchemy import update
from uuid_utils.compat import uuid7

from tests.builders import CARRIER, NOON, add_leads, fill_store, viettel
from tests.builders.stored_calls import store_call, store_delivery
from tests.fakes.jobs import FakeJobQueue
from worker.domain.call import CallState
from worker.domain.network import Network
from worker.domain.retry import DeliveryState
from worker.ports.records.figures import Backlog
from worker.store.base.callback_tables import deliveries
from worker.store.base.tables import carriers
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.read_figures import read_figures


@pytest.fixture(autouse=True)
def _stored(store: SqlStore) -> None:
    fill_store(store)


def test_an_idle_installation_waits_for_nothing(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(carriers).values(next_plan_at=None))

    found = read_figures(store)

    assert found.backlog == Backlog(
        plan_due_since=None, call_queued_since=None, callback_waiting_since=None, dead_callbacks=0, files=0
    )
    assert (found.live_calls, found.waiting_leads, found.pending_callbacks) == ({}, 0, 0)


def test_channels_in_use_stand_beside_their_limits(store: SqlStore) -> None:
    add_leads(store, [*viettel(3), "0901000001"])
    with store.transaction() as tx:
        tx.connection.execute(update(carriers).values(concurrent_call=30, network={"viettel": 20}))
    plan_carrier(store, queue=FakeJobQueue(), carrier_id=CARRIER, now=NOON, new_id=uuid7)

    found = read_figures(store)

    (carrier,) = [one for one in found.channels if one.carrier_id == CARRIER]
    assert (carrier.limit, carrier.network_limits) == (30, {Network.VIETTEL: 20})
    assert carrier.in_use == {Network.VIETTEL: 3, Network.MOBI: 1}
    assert found.live_calls == {CallState.QUEUED: 4}
    assert found.backlog.call_queued_since == NOON
    assert found.waiting_leads == 0


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
    assert read_figures(store).backlog.callback_waiting_since == NOON - Duration(minutes=9)

    with store.transaction() as tx:
        tx.connection.execute(update(deliveries).values(state=DeliveryState.DEAD))

    found = read_figures(store)
    assert (found.pending_callbacks, found.backlog.dead_callbacks) == (0, 1)
    assert found.backlog.callback_waiting_since is None
