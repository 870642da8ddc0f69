"""Whose turn it is to send to a host: one sender at a time, whatever dies."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from pendulum import DateTime
from uuid_utils.compat import uuid7

from tests.builders import NOON, TENANT
from tests.builders.outbox import HOST, a_delivery, add_deliveries, due_hosts, fill_with_calls
from worker.domain.breaker import HostHealth
from worker.ports.callbacks.deliveries import HostState
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore

MINE, YOURS = uuid7(), uuid7()
SOON = NOON.add(seconds=8)
NEW = HostState(HostHealth())
WELL = HostState(HostHealth(concurrency=9, answered_at=NOON), served=(TENANT, "https://cdr.example/hook"))


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    engine = make_engine(request.getfixturevalue(f"{request.param}_url"))
    store = SqlStore(engine)
    fill_with_calls(store, 2)
    yield store
    engine.dispose()


def take(store: SqlStore, *, now: DateTime = NOON, host: str = HOST) -> HostState | None:
    with store.transaction() as tx:
        return tx.hosts.acquire(host, lease=MINE, now=now, until=now.add(seconds=8))


def test_a_host_that_nobody_knows_is_taken_as_a_new_one(store: SqlStore) -> None:
    assert take(store) == NEW


def test_a_lease_is_one_sender_s_until_it_lapses(store: SqlStore) -> None:
    take(store)

    assert take(store, now=SOON.subtract(seconds=1)) is None
    assert take(store, host="other.example") == NEW
    assert take(store, now=SOON) == NEW


def test_a_renewed_lease_lasts_longer_and_its_health_is_remembered(store: SqlStore) -> None:
    take(store)

    with store.transaction() as tx:
        kept = tx.hosts.renew(HOST, lease=MINE, state=WELL, until=SOON.add(seconds=8))

    assert kept
    assert take(store, now=SOON) is None
    assert take(store, now=SOON.add(seconds=8)) == WELL


def test_after_a_release_the_host_is_free(store: SqlStore) -> None:
    take(store)

    with store.transaction() as tx:
        tx.hosts.release(HOST, lease=MINE, state=WELL)

    assert take(store) == WELL


def test_a_lease_of_another_is_neither_renewed_nor_released(store: SqlStore) -> None:
    take(store)

    with store.transaction() as tx:
        kept = tx.hosts.renew(HOST, lease=YOURS, state=WELL, until=SOON)
        tx.hosts.release(HOST, lease=YOURS, state=WELL)

    assert not kept
    assert take(store) is None


def test_a_host_that_is_shut_is_left_alone_until_then(store: SqlStore) -> None:
    shut = HostState(HostHealth(concurrency=1, failures=3, shut_until=SOON))
    add_deliveries(store, [a_delivery()])
    take(store)
    with store.transaction() as tx:
        tx.hosts.release(HOST, lease=MINE, state=shut)

    assert take(store) == shut
    assert due_hosts(store, now=NOON) == []
    assert due_hosts(store, now=SOON) == [HOST]
    assert take(store, now=SOON) == shut
    assert take(store, now=SOON) is None


def test_a_leased_host_is_not_asked_for(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    take(store)

    assert due_hosts(store, now=NOON) == []
    assert due_hosts(store, now=SOON) == [HOST]


def test_what_is_committed_before_a_refused_acquire_is_seen_by_the_holder(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    store = SqlStore(engine)
    fill_with_calls(store, 2)
    take(store)
    kept, written = Event(), Event()

    def sender() -> list[str]:
        with store.transaction() as tx:
            tx.hosts.renew(HOST, lease=MINE, state=WELL, until=SOON)
            kept.set()
            written.wait(timeout=10)
            wanted = {a_delivery().address: 9}
            return [str(d.id) for d in tx.deliveries.due(HOST, wanted=wanted, now=NOON, besides=())]

    with ThreadPoolExecutor(1) as threads:
        found = threads.submit(sender)
        kept.wait(timeout=10)
        add_deliveries(store, [a_delivery()])
        written.set()
        assert found.result() == [str(a_delivery().id)]
    engine.dispose()
