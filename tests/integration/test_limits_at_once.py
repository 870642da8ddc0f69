"""Limits while plans, dials and edits come at once, on PostgreSQL: nothing is exceeded, nothing is resurrected."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event, Lock
from uuid import UUID

import pytest
from sqlalchemy import Update, func, select, text, update
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, a_switch, add_leads, fill_store, stored_settings, viettel
from tests.builders.call_rows import V, claimed_leads
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeRate
from tests.fakes.jobs import FakeJobQueue
from tests.fakes.telephony import SWITCH, FakeTelephony
from worker.domain.call import CallState
from worker.domain.errors import Unavailable
from worker.domain.gateway_access import GatewayGrant
from worker.domain.ids import CallId, CampaignId, CarrierId
from worker.domain.lead import Stage
from worker.domain.leadership import LeaderLease, listener_of
from worker.domain.network import Network
from worker.domain.reason import Reason
from worker.store.base.number_tables import dialled_days
from worker.store.base.tables import LIVE_ROWS, calls, campaigns, leads, tenants
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.dial_paced import Dialler
from worker.usecases.dispatch.place_calls import place_calls
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records import keep_gateways
from worker.usecases.records.save_tenant import save_tenant

SECOND_CARRIER = CarrierId(UUID(int=22))
SECOND_CAMPAIGN = CampaignId(UUID(int=23))
CAP = 3
PAUSE_SECONDS = 0.0005
"""Long enough that a claim finds leads which nobody has locked, short enough that they change under it."""


@pytest.fixture
def store(postgres_store: SqlStore) -> SqlStore:
    """Give a store with two carriers, each with a campaign and a hundred leads."""
    second = stored_settings(campaign_uuid=SECOND_CAMPAIGN, campaign_name="second")
    fill_store(postgres_store, stored_settings(), second)
    with postgres_store.transaction() as tx:
        tx.carriers.add(replace(tx.carriers.get(TENANT, CARRIER), id=SECOND_CARRIER, name="second"))
        tx.campaigns.save(replace(second, carrier_uuid=SECOND_CARRIER))
    for campaign_id in (CAMPAIGN, SECOND_CAMPAIGN):
        add_leads(postgres_store, viettel(100), campaign_id=campaign_id)
    return postgres_store


def plan(store: SqlStore, carrier_id: CarrierId) -> list[CallId]:
    queue = FakeJobQueue()
    plan_carrier(store, queue=queue, carrier_id=carrier_id, now=NOON, new_id=uuid7)
    return queue.calls


def place(store: SqlStore, call_ids: list[CallId], *, clock: FakeClock | None = None) -> int:
    clock = clock or FakeClock(NOON)
    with store.transaction() as tx:
        tx.switches.insert_missing([a_switch(SWITCH)])
        tx.leader_leases.acquire(LeaderLease(listener_of(SWITCH), UUID(int=77)), since=NOON, now=NOON)
    dialler = Dialler(
        telephony=FakeTelephony(),
        rate=FakeRate(clock),
        clock=clock,
        wait=clock.wait,
        beside=lambda work: work(),
        longest_call_seconds=900,
    )
    return place_calls(store, queue=FakeJobQueue(), dialler=dialler, call_ids=call_ids)


def while_a_cap_is_given(store: SqlStore, action: Callable[[], object]) -> None:
    """Begin the action while somebody gives the tenant a limit: it waits for the carriers, and then goes on."""
    with ThreadPoolExecutor(1) as thread:
        with store.transaction() as tx:
            tx.tenants.lock(TENANT)
            tx.carriers.wake([CARRIER, SECOND_CARRIER], at=NOON)
            running = thread.submit(action)
            _wait_for_a_lock(store)
            tx.connection.execute(update(tenants).values(concurrent_call=CAP))
        running.result()


def _wait_for_a_lock(store: SqlStore) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(500):
        with store.reading() as tx:
            if tx.connection.scalar(waiting):
                return
        Event().wait(0.01)
    raise TimeoutError("nobody waits")


def test_a_plan_that_overlaps_with_the_first_limit_of_its_tenant_does_nothing(store: SqlStore) -> None:
    with pytest.raises(Unavailable):
        while_a_cap_is_given(store, lambda: plan(store, CARRIER))

    assert len(plan(store, CARRIER)) == CAP


def test_a_dial_that_overlaps_with_the_first_limit_of_its_tenant_dials_nobody(store: SqlStore) -> None:
    call_ids = plan(store, CARRIER)

    with pytest.raises(Unavailable):
        while_a_cap_is_given(store, lambda: place(store, call_ids))

    assert (len(call_ids), place(store, call_ids)) == (5, CAP)


def test_a_dial_that_waited_is_judged_by_the_time_that_it_is_by_then(store: SqlStore) -> None:
    call_ids = plan(store, CARRIER)
    clock = FakeClock(NOON)
    opens_and_shuts = {"local_start_time": "11:00:00", "local_end_time": "12:00:02"}

    with ThreadPoolExecutor(1) as thread:
        with store.transaction() as tx:
            tx.connection.execute(update(campaigns).where(campaigns.c.id == CAMPAIGN).values(**opens_and_shuts))
            placing = thread.submit(place, store, call_ids, clock=clock)
            _wait_for_a_lock(store)
            clock.wait(3)
        placed = placing.result()

    assert placed == 0
    assert {reason for _, reason in _ended(store)} == {Reason.WINDOW_SHUT}


def _ended(store: SqlStore) -> list[tuple[CallState, Reason]]:
    with store.reading() as tx:
        return [(row.state, row.reason) for row in tx.connection.execute(select(calls.c.state, calls.c.reason))]


def test_two_carriers_planned_at_once_keep_their_tenants_limit(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(tenants).values(concurrent_call=CAP))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda carrier_id: plan(store, carrier_id), [CARRIER, SECOND_CARRIER] * 10))

    with store.reading() as tx:
        assert tx.connection.scalar(select(func.count()).select_from(calls).where(LIVE_ROWS)) == CAP


def test_two_carriers_planned_at_once_keep_the_limit_of_their_gateway(store: SqlStore) -> None:
    keep_gateways.add_gateway(store, "g1", changes={"concurrent_call": CAP}, now=NOON)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda carrier_id: plan(store, carrier_id), [CARRIER, SECOND_CARRIER] * 10))

    with store.reading() as tx:
        assert tx.connection.scalar(select(func.count()).select_from(calls).where(LIVE_ROWS)) == CAP


def test_two_batches_dialled_at_once_keep_a_limit_that_came_after_their_plans(store: SqlStore) -> None:
    batches = [plan(store, carrier_id) for carrier_id in (CARRIER, SECOND_CARRIER)]
    keep_gateways.add_gateway(store, "g1", changes={"concurrent_call": CAP}, now=NOON)

    with ThreadPoolExecutor(2) as threads:
        placed = list(threads.map(lambda call_ids: place(store, call_ids), batches))

    assert (sum(placed), [len(batch) for batch in batches]) == (CAP, [5, 5])


def test_two_batches_dialled_at_once_keep_their_tenants_calls_of_a_day(store: SqlStore) -> None:
    batches = [plan(store, carrier_id) for carrier_id in (CARRIER, SECOND_CARRIER)]
    save_tenant(store, name="default", changes={"calls_per_day": CAP}, now=NOON)

    with ThreadPoolExecutor(2) as threads:
        placed = list(threads.map(lambda call_ids: place(store, call_ids), batches))

    assert (sum(placed), [len(batch) for batch in batches]) == (CAP, [5, 5])
    with store.reading() as tx:
        assert tx.connection.scalar(select(func.sum(dialled_days.c.calls))) == CAP


def test_plans_and_dials_at_once_keep_their_tenants_calls_of_a_day(store: SqlStore) -> None:
    save_tenant(store, name="default", changes={"calls_per_day": 2 * CAP}, now=NOON)

    def dial(carrier_id: CarrierId) -> int:
        return place(store, plan(store, carrier_id))

    with ThreadPoolExecutor(4) as threads:
        placed = list(threads.map(dial, [CARRIER, SECOND_CARRIER] * 4))

    assert sum(placed) == 2 * CAP


def test_a_dial_that_overlaps_with_the_revocation_of_its_gateway_dials_nobody(store: SqlStore) -> None:
    keep_gateways.add_gateway(store, "g1", changes={}, now=NOON)
    call_ids = plan(store, CARRIER)

    with ThreadPoolExecutor(1) as thread:
        with store.transaction() as tx:
            tx.carriers.wake([CARRIER, SECOND_CARRIER], at=NOON)
            placing = thread.submit(place, store, call_ids)
            _wait_for_a_lock(store)
            tx.gateways.grant("g1", TENANT, GatewayGrant(caller_ids=(), since=NOON, is_revoked=True))
        placed = placing.result()

    assert placed == 0
    assert {reason for _, reason in _ended(store)} == {Reason.GATEWAY_NOT_GRANTED}


def test_a_lead_that_changes_while_it_is_claimed_is_not_taken_for_what_it_was(store: SqlStore) -> None:
    mine = update(leads).where(leads.c.campaign_id == CAMPAIGN)
    moved = mine.where(leads.c.stage == Stage.NEW)
    done, one_writer = Event(), Lock()

    def write(change: Update) -> None:
        """Two of these at once would meet the rows in different orders: a deadlock."""
        with one_writer, store.transaction() as tx:
            tx.connection.execute(change)

    def change() -> None:
        while not done.is_set():
            for network in (Network.MOBI, Network.VIETTEL):
                write(moved.values(network=network))
                done.wait(PAUSE_SECONDS)

    with ThreadPoolExecutor(1) as thread:
        changing = thread.submit(change)
        taken = []
        try:
            for _ in range(12):
                for _ in range(60):  # one after the other, so that they do not keep step with the changes
                    taken += claimed_leads(store, 1, {V: 1})
                write(mine.values(stage=Stage.NEW, ending=None))
        finally:
            done.set()
        changing.result()

    assert taken
    assert {lead.network for lead in taken} == {V}
