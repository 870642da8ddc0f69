"""Edits, imports and plans at once on PostgreSQL: no deadlock, no number twice, one holder of a name."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, fill_store, list_of, stored_settings, viettel
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeWakeups
from tests.fakes.jobs import FakeJobQueue
from worker.domain.backfill import Backfill, BackfillKind
from worker.domain.campaign_settings import CampaignChanges
from worker.domain.errors import Conflict
from worker.domain.ids import CampaignId, CarrierId, ListId
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.ports.records.entities import DuplicateScope, ListRecord, PortedNumber, Tenant
from worker.store.base.tables import leads
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.import_leads import Draft, LeadImport, import_leads
from worker.usecases.records.run_backfills import run_backfills
from worker.usecases.records.save_campaign import CampaignEdit, save_campaign
from worker.usecases.records.save_list import create_list, switch_list
from worker.usecases.records.save_number_plan import port_numbers

WHO = Tenant(id=TENANT, name="default", timezone="Asia/Ho_Chi_Minh")
OTHER = CampaignId(uuid4())
SECOND_CARRIER = CarrierId(uuid4())
ROUNDS = 15


@pytest.fixture
def store(postgres_store: SqlStore) -> SqlStore:
    """Give a store with two campaigns and two carriers."""
    fill_store(
        postgres_store,
        stored_settings(),
        stored_settings(campaign_uuid=OTHER, campaign_name="other"),
        carrier_calls=10_000,
    )
    with postgres_store.transaction() as tx:
        first = tx.carriers.get(TENANT, CARRIER)
        tx.carriers.add(replace(first, id=SECOND_CARRIER, name="second"))
    return postgres_store


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
    save_campaign(
        store, queue=FakeJobQueue(), wakeups=FakeWakeups(FakeClock(NOON)), edit=wanted, now=NOON, new_id=uuid7
    )


def add(store: SqlStore, list_id: ListId, phones: list[str], scope: DuplicateScope = DuplicateScope.CAMPAIGN) -> int:
    drafts = [Draft(row=row, phone_number=phone) for row, phone in enumerate(phones)]
    wanted = LeadImport(WHO, list_id, drafts, scope)
    return len(import_leads(store, queue=FakeJobQueue(), wanted=wanted, now=NOON, new_id=uuid7).leads)


def a_list(campaign_id: CampaignId) -> ListRecord:
    list_id = ListId(uuid7())
    return ListRecord(
        id=list_id, tenant_id=TENANT, campaign_id=campaign_id, name=str(list_id), description="", active=True,
        created_at=NOON, updated_at=NOON,
    )  # fmt: skip


def switch(store: SqlStore, *, active: bool) -> None:
    switch_list(store, queue=FakeJobQueue(), tenant=WHO, list_id=list_of(CAMPAIGN), active=active, now=NOON)


def port(store: SqlStore, numbers: list[PortedNumber]) -> None:
    port_numbers(store, queue=FakeJobQueue(), tenant=WHO, numbers=numbers, now=NOON)


def put_expiry(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.carriers.wake([CARRIER], at=NOON)
        tx.backfills.put(Backfill(TENANT, BackfillKind.EXPIRE_CAMPAIGN, str(CAMPAIGN), NOON))


def not_finished(store: SqlStore) -> bool:
    with store.reading() as tx:
        parks = [c for c in tx.backfills.due(now=NOON.add(years=1), limit=10) if c.kind is BackfillKind.PARK_LIST]
    return bool(parks)


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
    second = a_list(CAMPAIGN)
    with store.transaction() as tx:
        tx.lists.add(second)
    added: list[int] = []
    mine, yours = (iter([viettel(50, start=start * 50) for start in range(ROUNDS)]) for _ in range(2))

    together(
        lambda: added.append(add(store, list_of(CAMPAIGN), next(mine))),
        lambda: added.append(add(store, second.id, next(yours))),
    )

    assert sum(added) == ROUNDS * 50
    with store.reading() as tx:
        assert tx.connection.scalar(select(func.count(leads.c.phone.distinct()))) == ROUNDS * 50
        assert tx.connection.scalar(select(func.count()).select_from(leads)) == ROUNDS * 50


def test_two_imports_at_once_add_a_number_once_to_a_tenant_even_to_a_list_that_has_just_been_made(
    store: SqlStore,
) -> None:
    added: list[int] = []
    batches = [viettel(50, start=start * 50) for start in range(ROUNDS)]
    mine, yours, theirs = iter(batches), iter(batches), iter(batches)

    def into_a_new_list() -> None:
        new = a_list(CAMPAIGN)
        create_list(store, new)
        added.append(add(store, new.id, next(theirs), DuplicateScope.TENANT))

    together(
        lambda: added.append(add(store, list_of(CAMPAIGN), next(mine), DuplicateScope.TENANT)),
        lambda: added.append(add(store, list_of(OTHER), next(yours), DuplicateScope.TENANT)),
        into_a_new_list,
    )

    assert sum(added) == ROUNDS * 50
    with store.reading() as tx:
        assert tx.connection.scalar(select(func.count(leads.c.phone.distinct()))) == ROUNDS * 50
        assert tx.connection.scalar(select(func.count()).select_from(leads)) == ROUNDS * 50


def test_backfills_wait_for_nobody_and_nobody_is_locked_out_by_them(store: SqlStore) -> None:
    phones = viettel(1000)
    add(store, list_of(CAMPAIGN), phones)
    batches = iter([viettel(50, start=1000 + start * 50) for start in range(ROUNDS)])
    queue = FakeJobQueue()
    rotation, networks, expiries = cycle([False, True]), cycle(Network), cycle([NOON, None])

    together(
        lambda: switch(store, active=next(rotation)),
        lambda: port(store, [PortedNumber(p, next(networks)) for p in phones[:50]]),
        lambda: edit(store, CAMPAIGN, CampaignChanges(lead_expired_at=next(expiries))),
        lambda: put_expiry(store),
        lambda: run_backfills(store, queue=queue, now=NOON),
        lambda: run_backfills(store, queue=queue, now=NOON),
        lambda: add(store, list_of(CAMPAIGN), next(batches)),
        lambda: plan(store, CARRIER),
    )
    switch(store, active=False)
    while not_finished(store):
        run_backfills(store, queue=queue, now=NOON.add(minutes=1))

    with store.reading() as tx:
        left = select(func.count()).select_from(leads).where(leads.c.stage != Stage.DONE, ~leads.c.parked)
        assert tx.connection.scalar(left) == 0


def test_two_edits_at_once_do_not_take_the_same_name(store: SqlStore) -> None:
    refused: list[str] = []

    def take(campaign_id: CampaignId) -> None:
        try:
            edit(store, campaign_id, CampaignChanges(campaign_name="wanted"))
        except Conflict as error:
            refused.append(str(error))

    together(lambda: take(CAMPAIGN), lambda: take(OTHER))

    assert refused == ["campaign_name is already taken"] * ROUNDS
