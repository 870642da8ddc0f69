"""The connection to the database, set up the same way in every process."""

import sqlite3
from threading import Event
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool, StaticPool

BUSY_SECONDS: Final = 15
LOCKED_SECONDS: Final = 0.02
_PRIMARY_CODE: Final = 0xFF
"""SQLite's extended error codes carry the primary one in their last byte."""
_NOTICED_BY_US: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""libpq's options: a server that is cut off is noticed within ten seconds, not after a quarter of an hour."""
_SESSION: Final = {
    "timezone": "utc",
    "lock_timeout": "15s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "5s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10s",
}
"""The server's: a process of ours that stands still, or is cut off, while it holds a carrier's lock loses it soon."""
POOL_SIZE = 5
POOL_OVERFLOW = 40
"""The API's threads and the callback threads each hold a connection for a moment."""


def make_engine(url: str) -> Engine:
    """Open a lazily connecting engine for ``postgresql+psycopg://…`` or ``sqlite:///…``."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, in_memory=parsed.database in {None, "", ":memory:"})
    return create_engine(
        url,
        hide_parameters=True,  # an error in a log must not carry a phone number
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_pre_ping=True,
        pool_timeout=BUSY_SECONDS,
        connect_args={**_NOTICED_BY_US, "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items())},
    )


def _sqlite(url: str, *, in_memory: bool) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=StaticPool if in_memory else QueuePool,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    def prepare(connection: Any, _record: object) -> None:  # Any: the driver's connection
        connection.isolation_level = None  # the driver must not begin transactions by itself
        _write_ahead(connection)
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Any) -> None:  # Any: SQLAlchemy's event passes it untyped
        mode = "DEFERRED" if connection.get_execution_options().get("callbeat_read_only") else "IMMEDIATE"
        connection.exec_driver_sql(f"BEGIN {mode}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _write_ahead(connection: Any) -> None:  # Any: the driver's connection
    """Choose the write-ahead log, which the file remembers.

    Only this waits for nobody: SQLite answers "locked" at once while another process is choosing it too.
    """
    for _ in range(round(BUSY_SECONDS / LOCKED_SECONDS)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY_CODE not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise
            Event().wait(LOCKED_SECONDS)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")
