"""The connection to the database, set up the same way in every process."""

import select
import sqlite3
from collections.abc import Sequence
from threading import Event
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool, StaticPool

from worker.store.base.keyring import Keyring
from worker.store.base.patience import WORKERS, Patience, PatientConnection, limit_transactions
from worker.store.base.sealing import keep_keyring
from worker.store.base.session import SessionSettings

LOCKED_SECONDS: Final = 0.02
_PRIMARY_CODE: Final = 0xFF
"""SQLite's extended error codes hold the primary code in their last byte."""
_NOTICED_BY_US: Final = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""libpq options: a server that is cut off is noticed within ten seconds instead of a quarter of an hour."""
_SESSION: Final = {
    "timezone": "utc",
    "idle_in_transaction_session_timeout": "4s",  # a carrier may stand still for five
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10s",
}
"""The server's settings: a process that stands still or is cut off loses its locks soon, a carrier's lock too.

A fault run stopped a worker inside a transaction: with 5 s, its carrier dialled again after 5.6 s and 6.3 s.
"""
POOL_SIZE = 5
POOL_OVERFLOW = 40
"""Threads of the API and threads for callbacks each use a connection for a short time."""


def make_engine(url: str, *, patience: Patience = WORKERS, keys: Sequence[bytes] = ()) -> Engine:
    """Return an engine for ``postgresql+psycopg://…`` or ``sqlite:///…``; it connects when it is first used.

    ``keys`` encrypt and decrypt the secrets in it, the newest first.
    """
    engine = _engine(url, patience=patience)
    keep_keyring(engine, Keyring(keys))
    return engine


def _engine(url: str, *, patience: Patience) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, in_memory=parsed.database in {None, "", ":memory:"}, patience=patience)
    return _postgres(url, patience=patience)


def _postgres(url: str, *, patience: Patience) -> Engine:
    """Return an engine that replaces connections that the server has closed; for clients, also those that hang."""
    clients_wait = patience.transaction_seconds is not None
    engine = create_engine(
        url,
        hide_parameters=True,  # a logged error must not carry a phone number
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_pre_ping=clients_wait,
        pool_timeout=patience.pool_seconds,
        connect_args={**_NOTICED_BY_US, "connect_timeout": patience.connect_seconds},
    )
    limits = {"lock_timeout": f"{patience.lock_seconds}s", "statement_timeout": f"{patience.statement_seconds}s"}
    if patience.transaction_seconds is None:
        event.listen(engine, "checkout", _refuse_if_closed)
    else:
        limit_transactions(engine, seconds=patience.transaction_seconds, statement_seconds=patience.statement_seconds)
    SessionSettings(_SESSION | limits, driver=PatientConnection if clients_wait else psycopg.Connection).use(engine)
    return engine


def _refuse_if_closed(connection: Any, _record: object, _proxy: object) -> None:  # Any: the driver's connection
    """Make the pool replace a connection that the server has closed, without asking the server.

    An idle connection has nothing to read unless it was closed. A ping would cost each transaction a round trip.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError("closed by the server")


def _sqlite(url: str, *, in_memory: bool, patience: Patience) -> Engine:
    """Return an engine for the embedded database, where a writer waits once, for the one write lock."""
    busy_seconds = patience.transaction_seconds or patience.lock_seconds
    pool: dict[str, Any] = {"poolclass": StaticPool}  # Any: each option's own type
    if not in_memory:
        pool = {"poolclass": QueuePool, "pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
        pool["pool_timeout"] = patience.pool_seconds
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": busy_seconds, "check_same_thread": False}, **pool
    )

    def prepare(connection: Any, _record: object) -> None:  # Any: the driver's connection
        connection.isolation_level = None  # the driver must not begin transactions by itself
        _write_ahead(connection, busy_seconds=busy_seconds)
        # With FULL each commit would keep the one write lock until the disk has it: 3 ms here, 24 in one of a hundred.
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=FAST"):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Any) -> None:  # Any: untyped in SQLAlchemy's event
        mode = "DEFERRED" if connection.get_execution_options().get("callbeat_read_only") else "IMMEDIATE"
        connection.exec_driver_sql(f"BEGIN {mode}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _write_ahead(connection: Any, *, busy_seconds: float) -> None:  # Any: the driver's connection
    """Choose the write-ahead log, which the file remembers.

    SQLite answers "locked" at once while another process chooses it too; every other lock is waited for.
    """
    for _ in range(round(busy_seconds / LOCKED_SECONDS)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY_CODE not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise
            Event().wait(LOCKED_SECONDS)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")
