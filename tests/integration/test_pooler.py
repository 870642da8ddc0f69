"""Behind PgBouncer in transaction mode: our limits hold in each transaction, whoever had the session before."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from tests.stack.pgbouncer import SERVER_CONNECTIONS, pgbouncer, pgbouncer_program
from worker.domain.errors import Unavailable
from worker.store.base.engine import make_engine
from worker.store.base.migrate import is_current, migrate
from worker.store.base.outages import outages_named
from worker.store.base.patience import CLIENTS, WORKERS, Patience

pytestmark = pytest.mark.skipif(pgbouncer_program() is None, reason="PgBouncer is not installed")

HURRIED = replace(CLIENTS, lock_seconds=1, statement_seconds=2, transaction_seconds=6)
LIMITS = text(
    "SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),"
    " current_setting('idle_in_transaction_session_timeout'), current_setting('timezone'),"
    " current_setting('transaction_isolation')"
)
OURS = {WORKERS: ("15s", "1min", "4s", "UTC"), HURRIED: ("1s", "2s", "4s", "UTC")}


@pytest.fixture(params=[True, False], ids=["options dropped", "options refused"])
def pooled_url(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[str]:
    """Give a database through a PgBouncer of either kind."""
    with pgbouncer(postgres_url, drops_options=request.param) as url:
        yield url


@contextmanager
def engine_of(url: str, patience: Patience = WORKERS) -> Iterator[Engine]:
    engine = make_engine(url, patience=patience)
    try:
        yield engine
    finally:
        engine.dispose()


def limits(engine: Engine) -> tuple[str, ...]:
    with engine.begin() as connection:
        return tuple(connection.execute(LIMITS).one())


def tenants(engine: Engine) -> int:
    with engine.begin() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM tenants")).scalar_one()
        return found


@pytest.mark.parametrize("patience", [WORKERS, HURRIED], ids=["workers", "clients"])
def test_each_transaction_has_our_limits_and_leaves_none_behind(pooled_url: str, patience: Patience) -> None:
    url = make_url(pooled_url).set(drivername="postgresql").render_as_string(hide_password=False)

    with engine_of(pooled_url, patience) as engine, closing(psycopg.connect(url, autocommit=True)) as stranger:
        for _ in range(2 * SERVER_CONNECTIONS):
            assert limits(engine) == (*OURS[patience], "read committed")
            found = stranger.execute("SELECT current_setting('lock_timeout')").fetchone()
            assert found == ("0",)


def test_a_snapshot_for_reading_is_one_and_the_next_transaction_is_not(pooled_url: str) -> None:
    with engine_of(pooled_url) as engine:
        reader = engine.execution_options(isolation_level="REPEATABLE READ")

        for _ in range(3):
            assert limits(reader)[-1] == "repeatable read"
            assert limits(engine)[-1] == "read committed"


def test_a_held_row_is_not_waited_for_longer_than_directly(pooled_url: str) -> None:
    with engine_of(pooled_url, HURRIED) as engine, engine_of(pooled_url) as holder:
        with holder.connect() as held, held.begin():
            held.execute(text("LOCK TABLE tenants"))
            began = time.monotonic()
            with pytest.raises(Unavailable), outages_named():
                tenants(engine)

        assert HURRIED.lock_seconds <= time.monotonic() - began < WORKERS.lock_seconds
        assert tenants(engine) == 0


def test_who_stands_still_in_a_transaction_loses_its_locks(pooled_url: str) -> None:
    with engine_of(pooled_url) as stopped, engine_of(pooled_url) as other, stopped.connect() as held:
        held.execute(text("LOCK TABLE tenants"))

        assert tenants(other) == 0  # waits until the server ends the other's transaction

        with pytest.raises(DBAPIError):
            held.execute(text("SELECT 1"))


def test_a_database_is_migrated_through_it(empty_postgres_url: str) -> None:
    with pgbouncer(empty_postgres_url) as url, engine_of(url) as engine:
        migrate(engine)

        assert is_current(engine)
