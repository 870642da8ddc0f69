"""Calls of each day, on each database."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from tests.builders import CARRIER, NOON, TENANT, fill_store
from tests.builders.call_rows import insert_calls
from worker.domain.call import CallState
from worker.domain.ids import CarrierId, TenantId
from worker.ports.dispatch.call_rows import Dial
from worker.ports.dispatch.spend import CarrierDay
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)
SECOND = CarrierId(UUID(int=0xCA2))
OTHER = TenantId(UUID(int=0xAC))
THEIRS = CarrierId(UUID(int=0xCA3))


def test_a_tenants_calls_are_summed_over_its_carriers_day_by_day(store: SqlStore) -> None:
    today = {CarrierDay(CARRIER, TENANT, TODAY): 3, CarrierDay(SECOND, TENANT, TODAY): 2}
    others = {CarrierDay(CARRIER, TENANT, TOMORROW): 7, CarrierDay(THEIRS, OTHER, TODAY): 50}
    with store.transaction() as tx:
        tx.spend.count({})
        tx.spend.count(today)
        tx.spend.count({**today, **others})

    with store.reading() as tx:
        assert tx.spend.dialled({}) == {}
        assert tx.spend.dialled({TENANT: TODAY, OTHER: TOMORROW}) == {TENANT: 10, OTHER: 0}
        assert tx.spend.dialled({TENANT: TOMORROW, OTHER: TODAY}) == {TENANT: 7, OTHER: 50}


def test_a_dialled_call_knows_for_which_day_it_counts(store: SqlStore) -> None:
    fill_store(store)
    (queued,) = insert_calls(store, CallState.QUEUED)
    with store.transaction() as tx:
        dial = Dial(queued, "s1", "", revision=1, over_by=NOON.add(seconds=960), spend_day=TODAY)
        tx.calls.move_to_dialing([dial], now=NOON)
        tx.calls.put_back([queued], resend_at=NOON, refused=True)

    with store.transaction() as tx:
        (call,) = tx.calls.lock([queued], states=[CallState.QUEUED])
        assert tx.connection.scalar(select(calls.c.spend_day)) == TODAY
    assert call.spend_day == TODAY
