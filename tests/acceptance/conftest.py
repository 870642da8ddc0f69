"""One running Callbeat for each database, shared by the tests of the session."""

from collections.abc import Iterator

import pytest

from tests.stack.operator import Operator
from tests.stack.running import Stack, running_stack


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Run everything on the database in turn."""
    url = request.getfixturevalue("new_postgres_database")() if request.param == "postgres" else None
    with running_stack(tmp_path_factory.mktemp(request.param), database_url=url) as running:
        yield running


@pytest.fixture
def operator(stack: Stack) -> Operator:
    """Give an operator of the running Callbeat."""
    return Operator(stack)
