"""The connection to the database, set up the same way in every process."""

from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool, StaticPool

BUSY_SECONDS = 15
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
        connect_args={"connect_timeout": 5, "options": "-c timezone=utc -c lock_timeout=15s -c statement_timeout=60s"},
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
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Any) -> None:  # Any: SQLAlchemy's event passes it untyped
        mode = "DEFERRED" if connection.get_execution_options().get("callbeat_read_only") else "IMMEDIATE"
        connection.exec_driver_sql(f"BEGIN {mode}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine
