"""What is older than its tenant keeps is deleted in batches; what is needed stays."""

import pytest
from pendulum import DateTime
from sqlalchemy import func, select, update

from tests.builders import NOON, TENANT, add_leads, fill_store, viettel
from tests.builders.api import a_tenant
from tests.builders.stored_calls import store_call, store_delivery
from worker.domain.call import CallState
from worker.domain.ids import CallId
from worker.domain.lead import Stage
from worker.domain.retention import REST, Kept
from worker.domain.retry import DeliveryState
from worker.ports.records.audit import Act
from worker.store.base.audit_tables import audit
from worker.store.base.callback_tables import deliveries, delivery_attempts
from worker.store.base.tables import calls, leads
from worker.store.transaction import SqlStore
from worker.usecases.records import drop_old_records as dropping
from worker.usecases.records.drop_old_records import drop_old_records, keep_for
from worker.usecases.records.save_tenant import TenantChanges, save_tenant

DAYS = 30
LONG_AGO = NOON.subtract(days=DAYS + 1)
"""Older than is kept."""


@pytest.fixture(autouse=True)
def _stored(store: SqlStore) -> None:
    fill_store(store)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete two records in a batch, so that several are needed."""
    monkeypatch.setattr(dropping, "BATCH", 2)


def keep(store: SqlStore, kind: Kept, *, days: int | None = DAYS) -> None:
    keep_for(store, tenant_id=TENANT, days={kind: days}, now=NOON)


def left(store: SqlStore) -> dict[str, int]:
    with store.reading() as tx:
        tables = (leads, calls, deliveries, delivery_attempts, audit)
        return {one.name: tx.connection.scalar(select(func.count()).select_from(one)) or 0 for one in tables}


def drop_all(store: SqlStore, *, now: DateTime = NOON) -> int:
    """Run sweeps until nothing is due; return how many records they deleted."""
    dropped = 0
    while due(store, now=now):
        dropped += drop_old_records(store, now=now)
    return dropped


def due(store: SqlStore, *, now: DateTime) -> bool:
    with store.reading() as tx:
        return bool(tx.retentions.due(now=now, limit=1))


def end_leads(store: SqlStore, *, at: DateTime) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(leads).values(stage=Stage.DONE, updated_at=at))


def end_deliveries(store: SqlStore, *, at: DateTime) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(deliveries).values(state=DeliveryState.DELIVERED, updated_at=at))


def test_leads_that_were_done_long_ago_are_removed_and_waiting_ones_stay(store: SqlStore) -> None:
    add_leads(store, viettel(5))
    end_leads(store, at=LONG_AGO)
    add_leads(store, viettel(3, start=100), updated_at=LONG_AGO)  # they wait
    add_leads(store, viettel(2, start=200), stage=Stage.DONE)  # done today
    keep(store, Kept.LEADS)

    assert drop_all(store) == 5
    assert left(store)["leads"] == 5


def test_of_a_lead_with_a_cdr_neither_number_nor_data_stays(store: SqlStore) -> None:
    (phone,) = viettel(1)
    add_leads(store, [phone], additional={"name": "An"}, profile={"lead_name": "An"})
    store_call(store, phone=phone)
    end_leads(store, at=LONG_AGO)
    keep(store, Kept.LEADS)

    assert drop_all(store) == 1
    with store.reading() as tx:
        row = tx.connection.execute(select(leads)).one()
    assert (phone in row.phone, row.additional, row.profile) == (False, {}, {})


def test_old_calls_go_with_their_callbacks_and_the_rows_of_removed_leads(store: SqlStore) -> None:
    old, new = viettel(2)
    add_leads(store, [old, new])
    for _ in range(3):
        store_delivery(store, call_id=store_call(store, phone=old, started_at=LONG_AGO), at=LONG_AGO)
    store_delivery(store, call_id=store_call(store, phone=new), at=NOON)
    end_deliveries(store, at=LONG_AGO)
    end_leads(store, at=LONG_AGO)
    keep(store, Kept.LEADS)
    keep(store, Kept.CDRS)

    drop_all(store)

    assert left(store) == {"leads": 1, "calls": 1, "deliveries": 1, "delivery_attempts": 0, "audit": 0}


def test_a_call_whose_callback_waits_and_a_live_one_stay(store: SqlStore) -> None:
    (phone,) = viettel(1)
    add_leads(store, [phone])
    store_delivery(store, call_id=store_call(store, phone=phone, started_at=LONG_AGO), at=LONG_AGO)
    store_call(store, phone=phone, started_at=LONG_AGO, state=CallState.ANSWERED, ended_at=None, outcome=None)
    keep(store, Kept.CDRS)

    assert drop_all(store) == 0
    assert left(store)["calls"] == 2


def test_callbacks_go_before_their_calls(store: SqlStore) -> None:
    (phone,) = viettel(1)
    add_leads(store, [phone])
    for at in (LONG_AGO, LONG_AGO, LONG_AGO, NOON):
        store_delivery(store, call_id=store_call(store, phone=phone), at=at)
        end_deliveries_of_newest(store, at=at)
    keep(store, Kept.CALLBACKS)

    assert drop_all(store) == 3
    assert (left(store)["deliveries"], left(store)["calls"]) == (1, 4)


def end_deliveries_of_newest(store: SqlStore, *, at: DateTime) -> None:
    with store.transaction() as tx:
        pending = update(deliveries).where(deliveries.c.state == DeliveryState.PENDING)
        tx.connection.execute(pending.values(state=DeliveryState.DELIVERED, updated_at=at))


def test_old_entries_of_the_audit_trail_go(store: SqlStore) -> None:
    for at in (LONG_AGO, LONG_AGO, LONG_AGO, NOON):
        act = Act(at=at, tenant_id=TENANT, actor="web", action="PUT /x")
        save_tenant(store.acting(act), name="default", changes=TenantChanges(concurrent_call=7), now=NOON)
    keep(store, Kept.AUDIT)

    assert drop_all(store) == 3
    assert left(store)["audit"] == 1


def test_nothing_is_due_without_a_retention_or_within_the_rest(store: SqlStore) -> None:
    add_leads(store, viettel(1))
    end_leads(store, at=LONG_AGO)
    assert not due(store, now=NOON)

    keep(store, Kept.LEADS)
    drop_all(store)
    assert not due(store, now=NOON + REST - NOON.diff(NOON.add(seconds=1)))
    assert due(store, now=NOON + REST)
    keep(store, Kept.LEADS, days=None)

    assert not due(store, now=NOON + REST)


def test_one_sweep_deletes_several_batches_of_one_tenant_and_those_of_others_between(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropping, "BATCHES", 3)
    add_leads(store, viettel(5))
    for phone in viettel(5):
        store_call(store, phone=phone, started_at=LONG_AGO)
    end_leads(store, at=LONG_AGO)
    keep(store, Kept.CDRS)
    keep(store, Kept.LEADS)

    assert drop_old_records(store, now=NOON) == 3 * dropping.BATCH
    assert 0 < left(store)["calls"] < 5  # both had a turn


def test_a_retention_that_another_sweep_works_on_is_left_alone(store: SqlStore) -> None:
    keep(store, Kept.CDRS)
    with store.transaction() as tx:
        (read,) = tx.retentions.due(now=NOON, limit=1)
    drop_old_records(store, now=NOON)

    with store.transaction() as tx:
        assert not tx.retentions.lock(read)


def test_another_tenants_records_stay(store: SqlStore) -> None:
    (phone,) = viettel(1)
    add_leads(store, [phone])
    call_id = CallId(store_call(store, phone=phone, started_at=LONG_AGO))
    end_leads(store, at=LONG_AGO)
    other = a_tenant(store, name="other")
    keep_for(store, tenant_id=other.id, days=dict.fromkeys(Kept, DAYS), now=NOON)

    assert drop_all(store) == 0
    with store.reading() as tx:
        assert tx.connection.scalars(select(calls.c.id)).all() == [call_id]
