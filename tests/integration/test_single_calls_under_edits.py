"""Single calls while their campaign is edited and planned, on PostgreSQL: none stays behind on a carrier."""

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, fill_store, viettel
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeWakeups
from tests.fakes.jobs import FakeJobQueue
from worker.domain.errors import Invalid, Unavailable
from worker.domain.ids import CarrierId
from worker.ports.records.entities import Tenant
from worker.store.base.tables import leads
from worker.store.transaction import SqlStore, SqlTransaction
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.call_now import CallRequest, Promise, call_now
from worker.usecases.records.save_campaign import CampaignEdit, save_campaign

WHO = Tenant(id=TENANT, name="default", timezone="Asia/Ho_Chi_Minh")
SECOND_CARRIER = CarrierId(uuid4())
PATIENCE = 10_000
ROUNDS = 15


@pytest.fixture
def store(postgres_store: SqlStore) -> SqlStore:
    """Give a store with a campaign and two carriers."""
    fill_store(postgres_store, carrier_calls=10_000)
    with postgres_store.transaction() as tx:
        tx.carriers.add(replace(tx.carriers.get(TENANT, CARRIER), id=SECOND_CARRIER, name="second"))
    return postgres_store


def ask(store: SqlStore, phone: str = "0981000001") -> Promise:
    request = CallRequest(tenant=WHO, campaign_id=CAMPAIGN, phone_number=phone, template="t", additional={})
    return call_now(store, queue=FakeJobQueue(), request=request, now=NOON, new_id=uuid7)


def ask_during(store: SqlStore, tx: SqlTransaction, threads: ThreadPoolExecutor) -> Future[Promise]:
    """Ask for a call, and come back when it waits for a lock that the transaction holds."""
    asked = threads.submit(ask, store)
    for _ in range(PATIENCE):
        if tx.connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            return asked
    pytest.fail("the call waits for nobody")


def test_a_call_is_not_left_on_a_carrier_that_its_campaign_leaves(store: SqlStore) -> None:
    ask(store)
    with ThreadPoolExecutor() as threads:
        with store.transaction() as tx:
            tx.carriers.wake([CARRIER, SECOND_CARRIER], at=NOON)
            asked = ask_during(store, tx, threads)
            tx.campaigns.save(replace(tx.campaigns.lock(TENANT, CAMPAIGN), carrier_uuid=SECOND_CARRIER))

        with pytest.raises(Unavailable, match="another carrier"):
            asked.result()
    assert count(store) == 1


def test_a_call_that_a_switched_off_campaign_could_not_make_any_more_is_refused(store: SqlStore) -> None:
    with ThreadPoolExecutor() as threads:
        with store.transaction() as tx:
            tx.carriers.wake([CARRIER], at=NOON)
            asked = ask_during(store, tx, threads)
            tx.campaigns.save(replace(tx.campaigns.lock(TENANT, CAMPAIGN), active=False))

        with pytest.raises(Invalid, match="not active"):
            asked.result()
    assert count(store) == 0


def test_calls_edits_and_plans_at_once_come_to_no_deadlock(store: SqlStore) -> None:
    homes = [CARRIER, SECOND_CARRIER]

    def call(number: int) -> str:
        try:
            ask(store, viettel(1, start=number)[0])
        except Unavailable as error:
            return str(error)
        return "made"

    def edit(number: int) -> None:
        wanted = CampaignEdit(tenant=WHO, campaign_id=CAMPAIGN, changes={"carrier_uuid": homes[number % 2]})
        save_campaign(
            store, queue=FakeJobQueue(), wakeups=FakeWakeups(FakeClock(NOON)), edit=wanted, now=NOON, new_id=uuid7
        )

    def plan(number: int) -> None:
        plan_carrier(store, queue=FakeJobQueue(), carrier_id=homes[number % 2], now=NOON, new_id=uuid7)

    with ThreadPoolExecutor(6) as threads:
        work = [threads.submit(do, n) for n in range(ROUNDS) for do in (call, edit, call, plan, call, plan)]
        told = Counter(done.result() for done in work)

    assert count(store) == told["made"] > 0
    assert told.keys() <= {
        None,
        "made",
        "the campaign has just been moved to another carrier",
    }  # no deadlock among them


def count(store: SqlStore) -> int:
    with store.reading() as tx:
        return tx.connection.scalar(select(func.count()).select_from(leads)) or 0
