"""Which imports wait for each other on PostgreSQL, so that a number is in its scope once."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import ExitStack
from threading import Event

import pytest
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, NOON, TENANT, fill_store, list_of
from worker.domain.ids import ListId
from worker.ports.records.entities import DuplicateScope, ListRecord
from worker.store.transaction import SqlStore
from worker.usecases.records.save_list import create_list

LIST = list_of(CAMPAIGN)
A_WHILE = 0.3
LONG = 20


@pytest.fixture
def store(postgres_store: SqlStore) -> SqlStore:
    fill_store(postgres_store)
    return postgres_store


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as pool:
        yield pool


def a_list() -> ListRecord:
    list_id = ListId(uuid7())
    return ListRecord(
        id=list_id, tenant_id=TENANT, campaign_id=CAMPAIGN, name=str(list_id), description="", active=True,
        created_at=NOON, updated_at=NOON,
    )  # fmt: skip


def lock(store: SqlStore, list_id: ListId, scope: DuplicateScope) -> None:
    with store.transaction() as tx:
        tx.lists.lock(TENANT, list_id, scope=scope)


def waits(future: Future[None]) -> bool:
    try:
        future.result(A_WHILE)
    except StillWaiting:
        return True
    return False


@pytest.mark.parametrize("scope", [DuplicateScope.CAMPAIGN, DuplicateScope.TENANT])
def test_a_list_is_not_made_while_an_import_looks_for_duplicates_beyond_its_own(
    store: SqlStore, threads: ThreadPoolExecutor, scope: DuplicateScope
) -> None:
    with ExitStack() as importing:
        importing.enter_context(store.transaction()).lists.lock(TENANT, LIST, scope=scope)

        making = threads.submit(create_list, store, a_list())

        assert waits(making)
        importing.close()
        making.result(LONG)


@pytest.mark.parametrize("scope", [DuplicateScope.CAMPAIGN, DuplicateScope.TENANT])
def test_a_list_that_was_made_while_an_import_waited_is_kept_from_other_imports_too(
    store: SqlStore, threads: ThreadPoolExecutor, scope: DuplicateScope
) -> None:
    new, held, over = a_list(), Event(), Event()

    def import_until_over() -> None:
        with store.transaction() as tx:
            tx.lists.lock(TENANT, LIST, scope=scope)
            held.set()
            over.wait(LONG)

    with store.transaction() as tx:
        tx.lists.lock_all(TENANT)
        tx.lists.add(new)
        first = threads.submit(import_until_over)
        assert waits(first)
    assert held.wait(LONG)
    second = threads.submit(lock, store, new.id, DuplicateScope.LIST)

    assert waits(second)
    over.set()
    second.result(LONG)


def test_imports_that_look_in_their_own_lists_alone_do_not_wait_for_each_other(
    store: SqlStore, threads: ThreadPoolExecutor
) -> None:
    new = a_list()
    create_list(store, new)

    with store.transaction() as tx:
        tx.lists.lock(TENANT, LIST, scope=DuplicateScope.LIST)
        other = threads.submit(lock, store, new.id, DuplicateScope.LIST)

        assert not waits(other)
