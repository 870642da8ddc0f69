"""A store in memory."""

from collections.abc import Iterator

import pytest

from tests.fakes.database import empty_database
from worker.store.transaction import SqlStore


@pytest.fixture
def store() -> Iterator[SqlStore]:
    engine = empty_database()
    yield SqlStore(engine)
    engine.dispose()
