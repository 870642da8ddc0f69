"""Users, groups and extensions are kept apart by tenant, and named once in it."""

from uuid import UUID

import pytest

from tests.builders import CAMPAIGN, NOON, TENANT, fill_store
from tests.builders.agents import a_user, add_people, an_extension
from worker.domain.agents.people import Group, GroupLinks
from worker.domain.errors import Conflict
from worker.domain.ids import GroupId, TenantId
from worker.ports.paging import Slice
from worker.store.transaction import SqlStore

OTHER = TenantId(UUID(int=99))
SALES = Group(id=GroupId(UUID(int=50)), tenant_id=TENANT, name="sales", created_at=NOON)


def test_people_are_read_as_they_were_written(store: SqlStore) -> None:
    fill_store(store)
    add_people(store, 99, 101)

    with store.transaction() as tx:
        anna = a_user(101)
        assert tx.users.get(TENANT, anna.id) == anna
        assert tx.users.get(OTHER, anna.id) is None
        assert tx.users.of([anna.id]) == {anna.id: anna}
        assert tx.users.page(TENANT, Slice(limit=1)).rows == [anna]
        assert tx.users.page(OTHER, Slice()).total == 0
        assert tx.extensions.page(TENANT, Slice()).rows == [an_extension(99), an_extension(101)]
        assert tx.extensions.find(TENANT, "101") == tx.extensions.find(TENANT, str(an_extension(101).id))
        assert tx.extensions.find(OTHER, "101") is None
        assert tx.extensions.of_numbers(TENANT, ["101", "7"]) == {"101": an_extension(101)}
        assert tx.extensions.of_users([anna.id]) == {anna.id: an_extension(101)}
        tx.extensions.save(an_extension(101, user_id=None, enabled=False, follow_me={"to": "1"}))
        assert tx.extensions.of_users([anna.id]) == {}
        tx.extensions.delete(an_extension(101).id)
        assert tx.extensions.find(TENANT, "101") is None


def test_a_group_knows_its_users_and_campaigns(store: SqlStore) -> None:
    fill_store(store)
    add_people(store, 101, 102)
    anna, binh = a_user(101).id, a_user(102).id

    with store.transaction() as tx:
        tx.groups.insert(SALES)
        tx.groups.set_users(SALES.id, [binh, anna, anna])
        tx.groups.set_campaigns(SALES.id, [CAMPAIGN])
        assert tx.groups.links(SALES.id) == GroupLinks((anna, binh), (CAMPAIGN,))
        assert tx.users.groups_of([anna]) == {anna: (SALES.id,)}
        assert tx.groups.lock(TENANT, SALES.id) == tx.groups.get(TENANT, SALES.id) == SALES
        assert (tx.groups.get(OTHER, SALES.id), tx.groups.of([SALES.id])) == (None, {SALES.id: SALES})
        assert tx.agents.served_campaigns([CAMPAIGN])[CAMPAIGN].assigned_groups == {SALES.id}
        tx.groups.set_users(SALES.id, [])
        tx.groups.delete(SALES.id)
        assert (tx.groups.page(TENANT, Slice()).total, tx.users.groups_of([anna])) == (0, {})


def test_a_name_is_given_once_in_a_tenant(store: SqlStore) -> None:
    fill_store(store)
    add_people(store, 101, 102)

    with pytest.raises(Conflict, match="username is exists"), store.transaction() as tx:
        tx.users.insert(a_user(103, username="agent-101"))
    with pytest.raises(Conflict, match="extension is exists"), store.transaction() as tx:
        tx.extensions.save(an_extension(102, number="101"))
    with store.transaction() as tx:
        tx.groups.insert(SALES)
    with pytest.raises(Conflict, match="group_name is exists"), store.transaction() as tx:
        tx.groups.insert(Group(id=GroupId(UUID(int=51)), tenant_id=TENANT, name="sales", created_at=NOON))
