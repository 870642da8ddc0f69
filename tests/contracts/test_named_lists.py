"""A list is found by its name, as operators name it."""

from uuid import UUID

from tests.builders import CAMPAIGN, NOON, TENANT, fill_store, list_of
from worker.domain.ids import TenantId
from worker.store.transaction import SqlStore


def test_a_list_is_found_by_its_name_until_it_is_deleted(store: SqlStore) -> None:
    fill_store(store)
    other = TenantId(UUID(int=99))

    with store.transaction() as tx:
        found = tx.lists.named(TENANT, "list 0")
        assert found == tx.lists.find(TENANT, list_of(CAMPAIGN))
        assert tx.lists.named(other, "list 0") is None
        assert tx.lists.named(TENANT, "list 1") is None
        tx.lists.delete(list_of(CAMPAIGN), now=NOON)
        assert tx.lists.named(TENANT, "list 0") is None
