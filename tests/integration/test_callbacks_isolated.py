"""Receivers in a process of their own misbehave in every way; each costs only itself."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from ipaddress import ip_network
from itertools import count
from threading import Lock, Semaphore
from typing import Final

import pytest
from sqlalchemy import select
from typing_extensions import override
from uuid_utils.compat import uuid7

from tests.builders.outbox import a_delivery, add_deliveries, fill_with_calls, stored
from tests.fakes.jobs import FakeJobQueue
from tests.stack.receivers import Receivers
from worker.callbacks.sender import HttpSender
from worker.clock import SystemClock
from worker.domain.breaker import FIRST_CONCURRENCY
from worker.domain.callback_url import host_of
from worker.store.base.callback_tables import delivery_attempts
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.deliver_callbacks import deliver_callbacks
from worker.usecases.callbacks.delivery_session import SenderPool

MISBEHAVING: Final = {
    "hang": "no answer in time",
    "drip-status": "no answer in time",
    "endless-error": "the receiver answered 500",
    "status/500": "the receiver answered 500",
    "unavailable": "the receiver answered 503",
    "redirect": "the receiver answered 307, and redirects are not followed",
    "close": "the receiver hung up, or its answer is not HTTP",
    "close-in-status": "the receiver hung up, or its answer is not HTTP",
    "garbage": "the receiver hung up, or its answer is not HTTP",
}
EACH: Final = 8
PATIENCE: Final = 6.0


class Threads(FakeJobQueue):
    """Takes up what it is asked for at once, in threads, as a worker for callbacks does."""

    def __init__(self, store: SqlStore, *, bulkhead: int) -> None:
        super().__init__()
        self._store = store
        self._pool = ThreadPoolExecutor(2 * bulkhead)
        self._lanes = ThreadPoolExecutor(200)
        self._sender = HttpSender(allow=[ip_network("127.0.0.0/8")], timeout_seconds=PATIENCE)
        self._sender_pool = SenderPool(
            self._sender, threads=self._lanes, bulkhead=Semaphore(bulkhead), chance=lambda: 0.5
        )
        self._lock = Lock()
        self._tasks: list[Future[None]] = []

    @override
    def deliver_callbacks(self, host: str) -> None:
        with self._lock:
            self._tasks.append(self._pool.submit(self._deliver, host))

    def finish(self) -> None:
        while self._tasks:
            with self._lock:
                task = self._tasks.pop()
            task.result()
        self._pool.shutdown()
        self._lanes.shutdown()
        self._sender.close()

    def _deliver(self, host: str) -> None:
        deliver_callbacks(
            self._store, queue=self, pool=self._sender_pool, host=host, lease=uuid7(), clock=SystemClock()
        )


@pytest.fixture
def receivers() -> Iterator[Receivers]:
    with Receivers("good", *MISBEHAVING) as running:
        yield running


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    engine = make_engine(postgres_url)
    store = SqlStore(engine)
    fill_with_calls(store, EACH * (len(MISBEHAVING) + 1))
    yield store
    engine.dispose()


@pytest.fixture
def told(store: SqlStore, receivers: Receivers) -> dict[str, set[str]]:
    """Put as many callbacks in the outbox for each receiver; give their ids."""
    numbers = count(1)
    told: dict[str, set[str]] = {}
    for name in receivers.ports:
        url = receivers.url(name)
        waiting = [a_delivery(next(numbers), url=url, host=host_of(url)) for _ in range(EACH)]
        add_deliveries(store, waiting)
        told[name] = {str(delivery.id) for delivery in waiting}
    return told


def send_all(store: SqlStore, receivers: Receivers) -> None:
    threads = Threads(store, bulkhead=len(receivers.ports))
    for name in (*MISBEHAVING, "good"):
        threads.deliver_callbacks(host_of(receivers.url(name)))
    threads.finish()


def test_receivers_that_misbehave_cost_only_themselves(
    store: SqlStore, receivers: Receivers, told: dict[str, set[str]]
) -> None:
    send_all(store, receivers)

    first_to_hang = min(one.at for one in receivers.of("hang"))
    assert {one.webhook_id for one in receivers.of("good")} == told["good"]
    assert max(one.at for one in receivers.of("good")) < first_to_hang + PATIENCE
    rows = {str(row_id): row for row_id, row in stored(store).items()}
    assert {rows[row_id].state for row_id in told["good"]} == {"delivered"}
    assert {rows[row_id].state for name in MISBEHAVING for row_id in told[name]} == {"pending"}


def test_each_attempt_says_how_its_receiver_misbehaved(
    store: SqlStore, receivers: Receivers, told: dict[str, set[str]]
) -> None:
    send_all(store, receivers)

    with store.reading() as tx:
        attempts = {str(row.delivery_id): row for row in tx.connection.execute(select(delivery_attempts))}
    for name, error in MISBEHAVING.items():
        assert {attempts[row_id].error for row_id in told[name] & attempts.keys()} == {error}
        assert all(attempts[row_id].milliseconds < 3000 * PATIENCE for row_id in told[name] & attempts.keys())


def test_a_host_that_does_not_answer_is_bothered_with_few(
    store: SqlStore, receivers: Receivers, told: dict[str, set[str]]
) -> None:
    send_all(store, receivers)

    assert len(receivers.of("hang")) == len(receivers.of("drip-status")) == FIRST_CONCURRENCY
    assert len(receivers.of("status/500")) == len(told["status/500"])
