"""Brings the database schema up to date; any number of processes may do so at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from worker.domain.errors import Unavailable
from worker.store.base.dialect import is_sqlite
from worker.store.base.schema_state import OlderSchema, check_schema

MIGRATIONS: Final = "worker.store:migrations"
LOCK: Final = 0x_CA11_BEA7
"""PostgreSQL's advisory lock for migrations; on SQLite the write lock is enough."""

BETWEEN_STATEMENTS: Final = "1min"
"""Loading a hundred revisions took a busy machine more than the 4 s after which other transactions lose their locks."""


def migrate(engine: Engine) -> None:
    """Run the missing revisions in one transaction, which waits for other processes that do the same.

    Raises ``NewerSchema`` when a later release has migrated the database.
    """
    with suppress(OlderSchema):
        check_schema(engine)
    try:
        _run(engine)
    except OperationalError as error:
        raise Unavailable(f"the database cannot be migrated: {str(error.orig).splitlines()[0]}") from error


def _run(engine: Engine) -> None:
    with _one_transaction(engine) as connection:
        if not is_sqlite(connection):
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{BETWEEN_STATEMENTS}'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.upgrade(_config(connection), "head")


@contextmanager
def _one_transaction(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction in which SQLite can rebuild tables that others refer to.

    The pragma for it works only outside transactions, so this bypasses SQLAlchemy, which always begins one.
    """
    with engine.connect() as connection:
        if not is_sqlite(connection):
            with connection.begin():
                yield connection
            return
        driver: Any = connection.connection.driver_connection  # Any: the driver's type is not known to SQLAlchemy
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"the revisions left {len(broken)} rows that refer to nothing")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def is_current(engine: Engine) -> bool:
    """Return True when the schema is the one that this code needs."""
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
        return set(heads) == set(ScriptDirectory.from_config(_config(connection)).get_heads())


@dataclass(frozen=True, slots=True)
class Step:
    """One revision that is still to be run."""

    revision: str
    what: str
    """The first paragraph of its own description."""


def pending(engine: Engine) -> list[Step]:
    """Return the revisions that `migrate` would run, in their order.

    Raises ``NewerSchema`` when a later release has migrated the database, ``Unavailable`` when it is away.
    """
    with suppress(OlderSchema):
        check_schema(engine)
    with engine.connect() as connection:
        noted = MigrationContext.configure(connection).get_current_revision()
        scripts = ScriptDirectory.from_config(_config(connection))
        missing = scripts.iterate_revisions("head", noted or "base")
        return [Step(one.revision, _first_paragraph(one.longdoc)) for one in missing][::-1]


def _first_paragraph(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
