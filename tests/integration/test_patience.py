"""How long a process waits for a database that is busy, slow or standing still, and what is left of what it began."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import Connection, make_url, text
from uuid_utils.compat import uuid7

from tests.builders import HANOI, NOON
from worker.domain.errors import TooSlow, Unavailable
from worker.store.base.engine import make_engine
from worker.store.base.outages import TOO_SLOW
from worker.store.base.patience import CLIENTS
from worker.store.transaction import SqlStore
from worker.usecases.records.tenants import create_tenant_if_missing

HURRIED = replace(CLIENTS, pool_seconds=0.5, lock_seconds=1, statement_seconds=1, transaction_seconds=2)
GENEROUS_SECONDS = 12.0
"""What a wait may take on a busy machine: those of workers are 15 s and longer."""


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    """Give a store that gives up soon, with the tenant ``default``."""
    engine = make_engine(postgres_url, patience=HURRIED)
    found = SqlStore(engine)
    create_tenant_if_missing(found, name="default", timezone=HANOI, now=NOON, new_id=uuid7, chance=lambda: 0.5)
    yield found
    engine.dispose()


@pytest.fixture
def other(postgres_url: str) -> Iterator[psycopg.Connection]:
    """Give somebody else's connection."""
    url = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        yield connection


def test_a_row_that_somebody_holds_is_not_waited_for_long(store: SqlStore, other: psycopg.Connection) -> None:
    other.execute("SELECT * FROM tenants FOR UPDATE")

    waited = seconds_until_unavailable(lambda: rename(store))

    other.rollback()
    assert HURRIED.lock_seconds <= waited < GENEROUS_SECONDS
    assert names(store) == ["default"]


def test_a_slow_statement_is_given_up(store: SqlStore) -> None:
    waited = seconds_until_unavailable(lambda: rename(store, then=lambda sql: sleep(sql, seconds=30)))

    assert HURRIED.statement_seconds <= waited < GENEROUS_SECONDS
    assert names(store) == ["default"]


def test_statements_that_are_too_slow_together_are_given_up(store: SqlStore) -> None:
    def dawdle(sql: Connection) -> None:
        for _ in range(60):
            sleep(sql, seconds=0.5)

    waited = seconds_until_unavailable(lambda: rename(store, then=dawdle))

    assert waited < GENEROUS_SECONDS
    assert names(store) == ["default"]


@pytest.mark.parametrize(("seconds", "times"), [(30.0, 1), (0.7, 60)])
def test_a_read_that_takes_too_long_says_so(store: SqlStore, seconds: float, times: int) -> None:
    def dawdle() -> None:
        with store.reading() as tx:
            for _ in range(times):
                sleep(tx.connection, seconds=seconds)

    with pytest.raises(TooSlow, match=TOO_SLOW):
        dawdle()


def test_a_read_whose_server_stands_still_is_not_called_slow(store: SqlStore) -> None:
    with pytest.raises(Unavailable) as silent, store.reading() as tx, standing_still(tx.connection):
        sleep(tx.connection, seconds=0)

    assert type(silent.value) is Unavailable


def test_a_read_that_waits_for_a_lock_is_not_called_slow(postgres_url: str, other: psycopg.Connection) -> None:
    engine = make_engine(postgres_url, patience=replace(HURRIED, statement_seconds=5, transaction_seconds=6))
    other.execute("LOCK TABLE tenants")
    with pytest.raises(Unavailable) as locked:
        names(SqlStore(engine))

    engine.dispose()
    assert type(locked.value) is Unavailable


def test_what_has_lasted_too_long_is_not_committed_any_more(store: SqlStore) -> None:
    assert HURRIED.transaction_seconds is not None
    seconds = HURRIED.transaction_seconds + 0.1

    seconds_until_unavailable(lambda: rename(store, then=lambda _: time.sleep(seconds)))

    assert names(store) == ["default"]


def test_a_server_that_stands_still_in_a_transaction_is_given_up_and_rolls_back(store: SqlStore) -> None:
    def freeze(sql: Connection) -> None:
        with standing_still(sql):
            sleep(sql, seconds=0)

    waited = seconds_until_unavailable(lambda: rename(store, then=freeze))

    assert waited < GENEROUS_SECONDS
    assert names(store) == ["default"]


def test_a_connection_whose_server_stands_still_is_left_for_another(store: SqlStore) -> None:
    with store.reading() as tx:
        sql = tx.connection
        backend = backend_of(sql)
    os.kill(backend, signal.SIGSTOP)
    try:
        began = time.monotonic()
        rename(store)
        waited = time.monotonic() - began
    finally:
        os.kill(backend, signal.SIGCONT)

    assert waited < GENEROUS_SECONDS
    assert names(store) == ["renamed"]


def test_a_worker_leaves_a_connection_that_the_server_has_closed(postgres_url: str, other: psycopg.Connection) -> None:
    engine = make_engine(postgres_url)
    with SqlStore(engine).reading() as tx:
        backend = backend_of(tx.connection)
    other.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))

    with SqlStore(engine).reading() as tx:
        assert backend_of(tx.connection) != backend
    engine.dispose()


def test_a_pool_without_a_connection_left_is_not_waited_for_long(postgres_url: str) -> None:
    engine = make_engine(postgres_url, patience=HURRIED)
    taken = [engine.connect() for _ in range(45)]

    waited = seconds_until_unavailable(lambda: rename(SqlStore(engine)))

    for connection in taken:
        connection.close()
    engine.dispose()
    assert HURRIED.pool_seconds <= waited < GENEROUS_SECONDS


def test_a_standby_that_takes_no_changes_yet_may_be_asked_again(store: SqlStore) -> None:
    seconds_until_unavailable(lambda: rename_in(store, mode="READ ONLY"))

    rename(store)
    assert names(store) == ["renamed"]


def test_a_locked_file_is_not_waited_for_long(sqlite_url: str) -> None:
    engine, holder = make_engine(sqlite_url, patience=HURRIED), make_engine(sqlite_url)
    with holder.begin():
        waited = seconds_until_unavailable(lambda: rename(SqlStore(engine)))

    rename(SqlStore(engine))
    engine.dispose()
    holder.dispose()
    assert 1 <= waited < GENEROUS_SECONDS


def seconds_until_unavailable(work: Callable[[], None]) -> float:
    """Do what must be given up; give how long that took."""
    began = time.monotonic()
    with pytest.raises(Unavailable):
        work()
    return time.monotonic() - began


def rename(store: SqlStore, *, then: Callable[[Connection], None] = lambda _: None) -> None:
    """Rename the tenant, and do something else before the commit."""
    with store.transaction() as tx:
        tx.connection.execute(text("UPDATE tenants SET name = 'renamed'"))
        then(tx.connection)


def rename_in(store: SqlStore, *, mode: str) -> None:
    """Rename the tenant in a transaction of that mode."""
    with store.transaction() as tx:
        tx.connection.execute(text(f"SET TRANSACTION {mode}"))
        tx.connection.execute(text("UPDATE tenants SET name = 'renamed'"))


def names(store: SqlStore) -> list[str]:
    """Give the tenants' names."""
    with store.reading() as tx:
        return [tenant.name for tenant in tx.tenants.all_settings()]


def sleep(sql: Connection, *, seconds: float) -> None:
    """Have the server sleep."""
    sql.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})


def backend_of(sql: Connection) -> int:
    """Give the server's process behind a connection."""
    return int(sql.execute(text("SELECT pg_backend_pid()")).scalar_one())


@contextmanager
def standing_still(sql: Connection) -> Iterator[None]:
    """Stop the server's process behind a connection while the block runs."""
    backend = backend_of(sql)
    os.kill(backend, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(backend, signal.SIGCONT)
