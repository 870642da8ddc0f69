"""What several tests of races start from."""

from collections.abc import Iterator

import pytest

from tests.fakes.jobs import FakeJobQueue
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[SqlStore]:
    """Give an empty store with our schema on PostgreSQL, whose locks are held row by row."""
    engine = make_engine(postgres_url)
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def queue() -> FakeJobQueue:
    """Give a queue that remembers what it was asked for."""
    return FakeJobQueue()
