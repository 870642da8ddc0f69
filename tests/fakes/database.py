"""An empty database in memory, for unit tests: a copy of one whose schema was made once (1 ms instead of 19)."""

import sqlite3
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Engine

from worker.store.base.engine import make_engine
from worker.store.base.tables import metadata


def empty_database(*, keys: Sequence[bytes] = ()) -> Engine:
    """Return an engine on a new SQLite database in memory that has every table and no row."""
    engine = make_engine("sqlite://", keys=keys)
    with engine.connect() as connection:
        _driver_connection(connection.connection.driver_connection).deserialize(_schema())
    return engine


@cache
def _schema() -> bytes:
    engine = make_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        schema = _driver_connection(connection.connection.driver_connection).serialize()
    engine.dispose()
    return schema


def _driver_connection(connection: object) -> sqlite3.Connection:
    assert isinstance(connection, sqlite3.Connection)
    return connection
