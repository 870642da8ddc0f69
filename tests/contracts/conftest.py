"""The same suite on each database."""

from collections.abc import Iterator

import pytest

from tests.fakes.jobs import FakeJobQueue
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    """Give an empty store with our schema, on each database in turn."""
    engine = make_engine(request.getfixturevalue(f"{request.param}_url"))
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def queue() -> FakeJobQueue:
    """Give a queue that remembers what it was asked for."""
    return FakeJobQueue()
