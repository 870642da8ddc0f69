"""Backfills beside whoever else works on PostgreSQL: they wait for nobody, and come back to what others had in hand."""

import pytest
from sqlalchemy import select

from tests.builders import CAMPAIGN, NOON, add_leads, fill_store, viettel
from tests.builders.backfills import WHO, backfills, expire, put, switch, values
from tests.fakes.jobs import FakeJobQueue
from worker.domain.backfill import SOON, BackfillKind
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.ports.records.entities import PortedNumber
from worker.store.base.tables import leads
from worker.store.transaction import SqlStore
from worker.usecases.records.run_backfills import run_backfills
from worker.usecases.records.save_number_plan import port_numbers


@pytest.fixture
def store(postgres_store: SqlStore) -> SqlStore:
    fill_store(postgres_store)
    return postgres_store


@pytest.mark.parametrize("taken", [0, 2])
def test_a_backfill_comes_back_to_the_leads_that_somebody_else_had_in_hand(
    store: SqlStore, queue: FakeJobQueue, taken: int
) -> None:
    add_leads(store, viettel(4))
    switch(store, active=False, queue=queue)

    with store.transaction() as other:
        other.connection.execute(select(leads.c.id).where(leads.c.phone == viettel(4)[taken]).with_for_update())
        first = run_backfills(store, queue=queue, now=NOON)
        at_once = run_backfills(store, queue=queue, now=NOON)
    soon = run_backfills(store, queue=queue, now=NOON + SOON)

    assert (first, at_once, soon) == (3, 0, 1)
    assert values(store, "parked") == [True] * 4
    assert backfills(store) == []


def test_an_expiry_comes_back_too(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, viettel(2))
    expire(store, NOON)
    put(store, BackfillKind.EXPIRE_CAMPAIGN, CAMPAIGN)

    with store.transaction() as other:
        other.connection.execute(select(leads.c.id).where(leads.c.phone == viettel(2)[0]).with_for_update())
        first = run_backfills(store, queue=queue, now=NOON)
    soon = run_backfills(store, queue=queue, now=NOON + SOON)

    assert (first, soon) == (1, 1)
    assert values(store, "stage") == [Stage.DONE] * 2


def test_a_backfill_that_somebody_else_has_in_hand_is_left_to_them(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, viettel(1))
    switch(store, active=False, queue=queue)
    (backfill,) = backfills(store)

    with store.transaction() as other:
        assert other.backfills.lock(backfill)
        meanwhile = run_backfills(store, queue=queue, now=NOON)
    after = run_backfills(store, queue=queue, now=NOON)

    assert (meanwhile, after) == (0, 1)


def test_a_ported_numbers_lead_that_is_being_claimed_is_classified_when_that_is_over(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    claimed, free = viettel(2)
    add_leads(store, [claimed, free])
    numbers = [PortedNumber(phone, Network.VINA) for phone in (claimed, free)]

    with store.transaction() as planning:
        planning.connection.execute(select(leads.c.id).where(leads.c.phone == claimed).with_for_update())
        port_numbers(store, queue=queue, tenant=WHO, numbers=numbers, now=NOON)
    at_first = values(store, "network")
    run_backfills(store, queue=queue, now=NOON)

    assert at_first == [Network.VIETTEL, Network.VINA]
    assert values(store, "network") == [Network.VINA] * 2
    assert backfills(store) == []
