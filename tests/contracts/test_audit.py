"""An entry of the audit trail is written by the transaction of the change, or not at all."""

import pytest

from tests.builders import NOON, TENANT, fill_store
from worker.domain.errors import Conflict
from worker.ports.paging import Slice
from worker.ports.records.audit import Act, AuditEntry, AuditFilter, Subject
from worker.store.transaction import SqlStore
from worker.usecases.records.rotate_secret import rotate_secret
from worker.usecases.records.save_tenant import TenantChanges, save_tenant

ACT = Act(
    at=NOON, tenant_id=TENANT, actor="web", action="PUT /x", subject=Subject(table="tenants", id=TENANT), sent={"a": 1}
)


@pytest.fixture(autouse=True)
def _tenant(store: SqlStore) -> None:
    fill_store(store)


def entries(store: SqlStore) -> list[AuditEntry]:
    with store.reading() as tx:
        return list(tx.audit.page(TENANT, Slice(), wanted=AuditFilter(), with_installation=False).rows)


def test_a_change_leaves_what_it_changed(store: SqlStore) -> None:
    save_tenant(store.acting(ACT), name="default", changes=TenantChanges(concurrent_call=7), now=NOON)

    (entry,) = entries(store)
    assert (entry.actor, entry.at, entry.sent) == ("web", NOON, {"a": 1})
    assert (entry.before, entry.after) == ({"concurrent_call": None}, {"concurrent_call": 7})


def test_a_secret_is_entered_as_changed_only(store: SqlStore) -> None:
    rotate_secret(store.acting(ACT), name="default", both_valid_for=NOON - NOON, now=NOON, chance=lambda: 0.3)

    assert entries(store)[0].after == {"callback_secret": "***"}


def test_a_transaction_that_fails_leaves_nothing(store: SqlStore) -> None:
    with pytest.raises(Conflict):
        _count_and_fail(store.acting(ACT))

    assert entries(store) == []


def test_a_transaction_that_writes_nothing_leaves_nothing(store: SqlStore) -> None:
    with store.acting(ACT).transaction() as tx:
        tx.tenants.named("default")

    assert entries(store) == []


def test_the_systems_own_work_leaves_nothing(store: SqlStore) -> None:
    save_tenant(store, name="default", changes=TenantChanges(concurrent_call=7), now=NOON)

    assert entries(store) == []


def test_the_oldest_entries_are_deleted_first(store: SqlStore) -> None:
    for number in range(3):
        save_tenant(store.acting(ACT), name="default", changes=TenantChanges(concurrent_call=number), now=NOON)

    with store.transaction() as tx:
        assert tx.audit.drop(before=NOON, limit=2) == 0
        assert tx.audit.drop(before=NOON.add(seconds=1), limit=2) == 2
    assert len(entries(store)) == 1


def _count_and_fail(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.login_failures.note(["x"], now=NOON)
        raise Conflict("no")
