"""Brings the database's schema up to date; any number of processes may ask at once."""

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from worker.domain.errors import Unavailable
from worker.store.dialect import is_sqlite

MIGRATIONS: Final = "worker.store:migrations"
LOCK: Final = 0x_CA11_BEA7
"""PostgreSQL's advisory lock for whoever migrates; SQLite's one writer is lock enough."""


def migrate(engine: Engine) -> None:
    """Run the missing revisions in one transaction, which waits for whoever is doing the same."""
    try:
        _run(engine)
    except OperationalError as error:
        raise Unavailable(f"the database cannot be migrated: {str(error.orig).splitlines()[0]}") from error


def _run(engine: Engine) -> None:
    with engine.begin() as connection:
        if not is_sqlite(connection):
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.upgrade(_config(connection), "head")


def is_current(engine: Engine) -> bool:
    """Whether the schema is the one that this code was written for."""
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
        return set(heads) == set(ScriptDirectory.from_config(_config(connection)).get_heads())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
