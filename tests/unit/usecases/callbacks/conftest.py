"""An outbox in memory, and the use case with everything else in place."""

from collections.abc import Callable, Iterator
from threading import Semaphore

import pytest
from uuid_utils.compat import uuid7

from tests.builders import NOON
from tests.builders.outbox import HOST, fill_with_calls
from tests.fakes.callbacks import FakeSender, OneAfterTheOther
from tests.fakes.clock import FakeClock
from tests.fakes.database import empty_database
from tests.fakes.jobs import FakeJobQueue
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.deliver_callbacks import deliver_callbacks
from worker.usecases.callbacks.delivery_session import SenderPool
from worker.usecases.callbacks.outgoing import READ_AHEAD

CALLS = 3 * READ_AHEAD
PLENTY = 8

Deliver = Callable[..., None]


@pytest.fixture
def store() -> Iterator[SqlStore]:
    engine = empty_database()
    store = SqlStore(engine)
    fill_with_calls(store, CALLS)
    yield store
    engine.dispose()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def queue() -> FakeJobQueue:
    return FakeJobQueue()


def a_sender_pool(sender: FakeSender, *, bulkhead: int = PLENTY) -> SenderPool:
    """Send with this sender, one after the other, and without chance."""
    return SenderPool(sender, threads=OneAfterTheOther(), bulkhead=Semaphore(bulkhead), chance=lambda: 0.5)


@pytest.fixture
def deliver(store: SqlStore, queue: FakeJobQueue, clock: FakeClock) -> Deliver:
    def run(sender: FakeSender, *, bulkhead: int = PLENTY) -> None:
        pool = a_sender_pool(sender, bulkhead=bulkhead)
        deliver_callbacks(store, queue=queue, pool=pool, host=HOST, lease=uuid7(), clock=clock)

    return run
