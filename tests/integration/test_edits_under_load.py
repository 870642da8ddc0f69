"""Edits, imports and plans at once on PostgreSQL: no deadlock, no number twice, one holder of a name."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, fill_store, list_of, stored_settings, viettel
from tests.fakes.jobs import FakeJobQueue
from worker.domain.errors import Conflict
from worker.domain.ids import CampaignId, CarrierId, ListId
from worker.domain.settings import CampaignChanges
from worker.ports.records import ListRecord, Tenant
from worker.store.engine import make_engine
from worker.store.tables import leads
from worker.store.transaction import SqlStore
from worker.usecases.import_leads import Draft, LeadImport, import_leads
from worker.usecases.plan_carrier import plan_carrier
from worker.usecases.save_campaign import CampaignEdit, save_campaign

WHO = Tenant(id=TENANT, name="default", timezone="Asia/Ho_Chi_Minh")
OTHER = CampaignId(uuid4())
SECOND_CARRIER = CarrierId(uuid4())
ROUNDS = 15


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    """Give a store with two campaigns and two carriers."""
    engine = make_engine(postgres_url)
    made = SqlStore(engine)
    fill_store(
        made, stored_settings(), stored_settings(campaign_uuid=OTHER, campaign_name="other"), carrier_calls=10_000
    )
    with made.transaction() as tx:
        first = tx.carriers.get(TENANT, CARRIER)
        tx.carriers.add(replace(first, id=SECOND_CARRIER, name="second"))
    yield made
    engine.dispose()


def together(*actions: Callable[[], object]) -> None:
    """Run actions at once, each several times; raise what any of them raised."""
    start = Barrier(len(actions))

    def run(action: Callable[[], object]) -> None:
        start.wait()
        for _ in range(ROUNDS):
            action()

    with ThreadPoolExecutor(len(actions)) as threads:
        for running in [threads.submit(run, action) for action in actions]:
            running.result()


def edit(store: SqlStore, campaign_id: CampaignId, changes: CampaignChanges) -> None:
    wanted = CampaignEdit(tenant=WHO, campaign_id=campaign_id, changes=changes)
    save_campaign(store, queue=FakeJobQueue(), edit=wanted, now=NOON, new_id=uuid7)


def add(store: SqlStore, list_id: ListId, phones: list[str]) -> int:
    drafts = [Draft(row=row, phone_number=phone) for row, phone in enumerate(phones)]
    wanted = LeadImport(WHO, list_id, drafts)
    return len(import_leads(store, queue=FakeJobQueue(), wanted=wanted, now=NOON, new_id=uuid7).leads)


def plan(store: SqlStore, carrier_id: CarrierId) -> None:
    plan_carrier(store, queue=FakeJobQueue(), carrier_id=carrier_id, now=NOON, new_id=uuid7)


def test_edits_imports_and_plans_do_not_lock_each_other_out(store: SqlStore) -> None:
    batches = iter([viettel(100, start=start * 100) for start in range(1000)])
    carriers = iter([CARRIER, SECOND_CARRIER] * ROUNDS)

    together(
        lambda: edit(store, CAMPAIGN, CampaignChanges(concurrent_call=50)),
        lambda: edit(store, OTHER, CampaignChanges(carrier_uuid=next(carriers))),
        lambda: add(store, list_of(CAMPAIGN), next(batches)),
        lambda: add(store, list_of(OTHER), next(batches)),
        lambda: plan(store, CARRIER),
        lambda: plan(store, SECOND_CARRIER),
    )

    with store.reading() as tx:
        assert tx.campaigns.get(TENANT, CAMPAIGN).revision == 1 + ROUNDS
        assert tx.connection.scalar(select(func.count()).select_from(leads)) == 2 * ROUNDS * 100


def test_two_imports_at_once_add_a_number_once(store: SqlStore) -> None:
    second = ListId(uuid4())
    with store.transaction() as tx:
        tx.lists.add(
            ListRecord(
                id=second, tenant_id=TENANT, campaign_id=CAMPAIGN, name="second", description="", active=True,
                created_at=NOON, updated_at=NOON,
            )
        )  # fmt: skip
    added: list[int] = []
    mine, yours = (iter([viettel(50, start=start * 50) for start in range(ROUNDS)]) for _ in range(2))

    together(
        lambda: added.append(add(store, list_of(CAMPAIGN), next(mine))),
        lambda: added.append(add(store, second, next(yours))),
    )

    assert sum(added) == ROUNDS * 50
    with store.reading() as tx:
        assert tx.connection.scalar(select(func.count(leads.c.phone.distinct()))) == ROUNDS * 50
        assert tx.connection.scalar(select(func.count()).select_from(leads)) == ROUNDS * 50


def test_two_edits_at_once_do_not_take_the_same_name(store: SqlStore) -> None:
    refused: list[str] = []

    def take(campaign_id: CampaignId) -> None:
        try:
            edit(store, campaign_id, CampaignChanges(campaign_name="wanted"))
        except Conflict as error:
            refused.append(str(error))

    together(lambda: take(CAMPAIGN), lambda: take(OTHER))

    assert refused == ["campaign_name is already taken"] * ROUNDS
