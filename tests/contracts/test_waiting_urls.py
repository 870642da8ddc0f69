"""Looking through the outbox by hosts and URLs: a bounded part at a time, at the cost of the URLs alone."""

from collections.abc import Iterator
from itertools import count
from uuid import UUID

import pytest
from pendulum import DateTime
from sqlalchemy import insert

from tests.builders import NOON, TENANT
from tests.builders.outbox import HOST, a_delivery, add_deliveries, due_hosts, fill_with_calls
from tests.fakes.jobs import FakeJobQueue
from worker.domain.breaker import HostHealth
from worker.domain.callback_share import Address
from worker.domain.callback_url import UrlStanding
from worker.domain.ids import TenantId
from worker.ports.callbacks.deliveries import HostState, WaitingUrl
from worker.store.base.engine import make_engine
from worker.store.base.tables import tenants
from worker.store.callbacks.waiting_urls import urls_of_all_hosts, urls_of_host
from worker.store.transaction import SqlStore
from worker.usecases.callbacks import ask_for_callbacks as asking
from worker.usecases.callbacks.ask_for_callbacks import CURSOR, ask_for_callbacks

SOON = NOON.add(seconds=5)
OTHER_TENANT = TenantId(UUID(int=0x7E4A))
"""After ``TENANT`` in the order of ids, or before it: tests do not depend on which."""
SHUT = UrlStanding(NOON, NOON, refusals=21, weight=21, shut_until=SOON)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    engine = make_engine(request.getfixturevalue(f"{request.param}_url"))
    store = SqlStore(engine)
    fill_with_calls(store, 40)
    with store.transaction() as tx:
        other = {"id": OTHER_TENANT, "name": "other", "timezone": "UTC", "callback_secret": "whsec_BBBB"}
        tx.connection.execute(insert(tenants).values(**other, created_at=NOON))
    yield store
    engine.dispose()


class Calls:
    """Gives each callback a call of its own."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._numbers = count(1)

    def end(self, address: Address, *, host: str = HOST, at: DateTime = NOON) -> None:
        one = a_delivery(next(self._numbers), tenant_id=address[0], url=address[1], host=host)
        with self._store.transaction() as tx:
            tx.deliveries.insert([one], now=at)


@pytest.fixture
def calls(store: SqlStore) -> Calls:
    return Calls(store)


def walk(store: SqlStore, *, after: Address | None = None, limit: int = 10) -> list[WaitingUrl]:
    with store.reading() as tx:
        return tx.deliveries.waiting_urls(HOST, after=after, limit=limit)


def save(store: SqlStore, address: Address, standing: UrlStanding) -> None:
    with store.transaction() as tx:
        tx.callback_urls.save({address: standing})


def test_each_url_is_walked_over_once_with_what_is_due_first_and_its_standing(store: SqlStore, calls: Calls) -> None:
    first, second = (TENANT, "https://a/1"), (TENANT, "https://a/2")
    for at in (NOON.add(minutes=1), NOON, NOON.add(minutes=2)):
        calls.end(first, at=at)
    calls.end(second, at=SOON)
    calls.end((TENANT, "https://b/"), host="b")
    save(store, second, SHUT)

    assert walk(store) == [WaitingUrl(first, NOON, UrlStanding()), WaitingUrl(second, SOON, SHUT)]


def test_the_walk_goes_on_after_a_place_in_parts(store: SqlStore, calls: Calls) -> None:
    urls = [(tenant_id, f"https://a/{number}") for tenant_id in (TENANT, OTHER_TENANT) for number in range(3)]
    for address in (*urls, *urls):
        calls.end(address)

    found: list[Address] = []
    while part := walk(store, after=found[-1] if found else None, limit=2):
        found += [one.address for one in part]

    assert sorted(found) == sorted(urls)
    assert found[:3] in (urls[:3], urls[3:])


def test_of_each_wanted_url_so_many_are_read_longest_due_first(store: SqlStore, calls: Calls) -> None:
    first, second = (TENANT, "https://a/1"), (OTHER_TENANT, "https://a/1")
    for second_of_minute in (3, 1, 2):
        calls.end(first, at=NOON.add(seconds=second_of_minute))
    calls.end(second, at=NOON.add(seconds=2))
    calls.end((TENANT, "https://a/3"))

    with store.reading() as tx:
        found = tx.deliveries.due(HOST, wanted={first: 2, second: 2}, now=NOON.add(seconds=9), besides=())
        none = tx.deliveries.due(HOST, wanted={}, now=NOON, besides=())

    assert [(one.address, one.call_id.int - 0xCA00) for one in found if one.call_id] in (
        [(first, 2), (first, 3), (second, 4)],
        [(first, 2), (second, 4), (first, 3)],
    )
    assert none == []


def test_a_host_whose_due_urls_are_all_shut_is_left_alone_until_then(store: SqlStore, calls: Calls) -> None:
    bad, good = (TENANT, "https://a/bad"), (OTHER_TENANT, "https://a/bad")
    calls.end(bad)
    save(store, bad, SHUT)
    calls.end(good, at=SOON)

    assert due_hosts(store, now=NOON) == []
    assert due_hosts(store, now=SOON) == [HOST]
    calls.end(good)
    assert due_hosts(store, now=NOON) == [HOST]


def test_a_run_asks_for_a_bounded_part_and_the_next_one_goes_on(
    store: SqlStore, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "HOSTS_ASKED_FOR", 2)
    monkeypatch.setattr(asking, "URLS_LOOKED_AT", 4)
    for host in "abcde":
        calls.end((TENANT, f"https://{host}/1"), host=host)
        calls.end((TENANT, f"https://{host}/2"), host=host)

    asked = []
    for _ in range(4):
        queue = FakeJobQueue()
        ask_for_callbacks(store, queue=queue, now=NOON)
        asked.append(queue.deliveries)

    assert asked == [["a", "b"], ["c", "d"], ["e"], ["a", "b"]]


def test_hosts_that_are_passed_over_count_as_looked_at(
    store: SqlStore, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "URLS_LOOKED_AT", 3)
    for host in "abcd":
        calls.end((TENANT, f"https://{host}/"), host=host, at=NOON if host == "d" else SOON)
    asked = []
    for _ in range(3):
        queue = FakeJobQueue()
        ask_for_callbacks(store, queue=queue, now=NOON)
        asked.append(queue.deliveries)

    assert asked == [[], ["d"], []]


def test_a_host_in_use_is_not_asked_for(store: SqlStore, calls: Calls) -> None:
    calls.end((TENANT, "https://a/"))
    shut = HostState(HostHealth(shut_until=SOON))
    with store.transaction() as tx:
        tx.hosts.acquire(HOST, lease=UUID(int=1), now=NOON, until=SOON)

    leased = due_hosts(store, now=NOON)
    with store.transaction() as tx:
        tx.hosts.release(HOST, lease=UUID(int=1), state=shut)

    assert (leased, due_hosts(store, now=NOON), due_hosts(store, now=SOON)) == ([], [], [HOST])


@pytest.mark.postgres
def test_one_run_at_a_time_looks_through_the_outbox(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    store, queue = SqlStore(engine), FakeJobQueue()
    fill_with_calls(store, 1)
    add_deliveries(store, [a_delivery()])

    with store.transaction() as tx:
        assert tx.cursors.lock(CURSOR) == ""
    with store.transaction() as tx:
        tx.cursors.lock(CURSOR)
        ask_for_callbacks(store, queue=queue, now=NOON)
    ask_for_callbacks(store, queue=queue, now=NOON)

    assert queue.deliveries == [HOST]
    engine.dispose()


@pytest.mark.parametrize("begins", [True, False])
def test_every_step_of_the_walk_is_a_look_up_in_the_index(sqlite_url: str, *, begins: bool) -> None:
    engine = make_engine(sqlite_url)
    with engine.connect() as connection:
        for query in (urls_of_host(begins=begins), urls_of_all_hosts(begins=begins)):
            sql = str(query.compile(engine))
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", ("0",) * sql.count("?"))
            steps = [row[3] for row in plan if " found " in f"{row[3]} "]
            whole = [step for step in steps if "SCAN" in step]
            assert steps
            assert all("INDEX ix_deliveries_of_url" in step for step in steps)
            assert len(whole) == int(begins and query is urls_of_all_hosts(begins=True)), "of the first row alone"
    engine.dispose()
