"""An outbox in memory, and the use case with everything else in place."""

from collections.abc import Callable, Iterator
from threading import Semaphore

import pytest
from uuid_utils.compat import uuid7

from tests.builders import NOON
from tests.fakes.callbacks import FakeSender, OneAfterTheOther
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import FakeJobQueue
from tests.outbox import HOST, fill_with_calls
from worker.store.base.engine import make_engine
from worker.store.base.tables import metadata
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.deliver_callbacks import Mail, deliver_callbacks
from worker.usecases.callbacks.outgoing import IN_HAND

CALLS = 3 * IN_HAND
PLENTY = 8

Deliver = Callable[..., None]


@pytest.fixture
def store() -> Iterator[SqlStore]:
    engine = make_engine("sqlite://")
    metadata.create_all(engine)
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


def some_mail(sender: FakeSender, *, seats: int = PLENTY) -> Mail:
    """Send with this sender, one after the other, and without chance."""
    return Mail(sender, lanes=OneAfterTheOther(), seats=Semaphore(seats), chance=lambda: 0.5)


@pytest.fixture
def deliver(store: SqlStore, queue: FakeJobQueue, clock: FakeClock) -> Deliver:
    def run(sender: FakeSender, *, seats: int = PLENTY) -> None:
        mail = some_mail(sender, seats=seats)
        deliver_callbacks(store, queue=queue, mail=mail, host=HOST, turn=uuid7(), clock=clock)

    return run
