"""The revisions give exactly the schema of ``tables.py``, on both databases, however many processes run them."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pendulum import DateTime
from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    MetaData,
    Table,
    Uuid,
    bindparam,
    delete,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from tests.builders import CAMPAIGN, CARRIER, HANOI, NOON, TEMPLATE, TENANT, list_of, stored_settings
from worker.domain.backfill import Progress
from worker.domain.call import CallState, Outcome
from worker.domain.carrier import DialType
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.store.base.columns import Instant
from worker.store.base.engine import make_engine
from worker.store.base.migrate import _config, is_current, migrate
from worker.store.base.tables import metadata
from worker.store.dispatch.campaign_rows import to_row

ADDED: Final[dict[str, dict[str, Any]]] = {
    "carriers": {
        "calls_per_second": 0,
        "rotation": {},
        "causes": [],
        "number_format": "national",
        "longest_call_seconds": 0,
    },
    "campaigns": {"lead_expired_at": None},
    "leads": {"uncounted": 0, "parked": False, "call_id": None, "ref_id": "", "template_id": None},
    "calls": {
        "over_by": None,
        "template_id": None,
        "uncounted": 0,
        "counted": True,
        "switch_duration": None,
        "switch_billsec": None,
        "seen_up_at": None,
        "assumed_at": None,
    },
    "deliveries": {
        "corrected": False,
        "subscription_id": None,
        "attempts_before": 0,
        "waiting_since": NOON,
        "replayed_at": None,
    },
}
"""What a row of the first schema has besides in the present one."""


@pytest.fixture(
    params=[pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    return str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


def test_an_empty_database_is_not_current(engine: Engine) -> None:
    assert not is_current(engine)


def test_the_revisions_give_exactly_the_tables(engine: Engine) -> None:
    migrate(engine)

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
        indexes = {name for table in metadata.tables for name in _index_names(connection, table)}
    assert [one for one in differences if not _is_left_for_the_release_before(one)] == []
    assert indexes == {str(index.name) for table in metadata.tables.values() for index in table.indexes}
    assert is_current(engine)


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    migrate(engine)

    migrate(engine)

    assert is_current(engine)


def test_processes_that_migrate_at_once_do_not_disturb_each_other(url: str) -> None:
    def migrate_alone(_number: int) -> bool:
        engine = make_engine(url)
        try:
            migrate(engine)
            return is_current(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(migrate_alone, range(4))) == [True] * 4


def test_every_revision_can_be_taken_back(engine: Engine) -> None:
    migrate(engine)

    with engine.begin() as connection:
        command.downgrade(_config(connection), "base")

    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_the_rows_of_the_first_schema_are_kept(engine: Engine) -> None:
    rows = _rows_of_the_first_schema()
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0001")
        for name, row in rows.items():
            old = Table(name, MetaData(), autoload_with=connection)
            known = {column: metadata.tables[name].c[column].type for column in row}
            typed = {column: bindparam(column, value, type_=known[column]) for column, value in row.items()}
            connection.execute(insert(old).values(typed))

    migrate(engine)

    with engine.connect() as connection:
        for name, row in rows.items():
            stored = dict(connection.execute(select(metadata.tables[name])).mappings().one())
            given = ADDED.get(name, {}) | ({"id": stored["id"]} if name == "do_not_call" else {})
            assert stored == row | given


RUNNING: Final = """
INSERT INTO posts (name, holder, since, held_until, open_from) VALUES ('beat', :holder, :now, :now, :now);
INSERT INTO tenants (id, name, timezone, callback_secret, created_at)
    VALUES (:tenant, 'acme', 'UTC', 'whsec', :now);
INSERT INTO carriers (id, tenant_id, name, description, gateway, dial_type, concurrent_call, network, data,
    turns, created_at, updated_at) VALUES (:carrier, :tenant, 'main', '', 'g1', 'sip_one_for_all', 5, '{}', '{}',
    '{"list": "a"}', :now, :now);
INSERT INTO chores (id, tenant_id, kind, subject, due_at, done_through)
    VALUES (:chore, :tenant, 'sort_prefix', '077', :now, '0771 x');
INSERT INTO callback_hosts (host, turn, turn_until, lanes, failures) VALUES ('a', :holder, :now, 7, 1);
"""
"""What release 0.1 has written while it ran."""


def test_what_release_0_1_had_under_way_goes_on_under_the_new_names(engine: Engine) -> None:
    values = _at_release_0_1(engine)

    migrate(engine)

    with engine.connect() as connection:
        lease = connection.execute(select(metadata.tables["leader_leases"])).one()
        host = connection.execute(select(metadata.tables["callback_hosts"])).one()
        carrier = connection.execute(select(metadata.tables["carriers"])).one()
        backfill = connection.execute(select(metadata.tables["backfills"])).one()
    assert (lease.name, lease.holder) == ("beat", values["holder"])
    assert (host.lease, host.lease_until, host.concurrency) == (values["holder"], NOON, 7)
    assert carrier.rotation == {"list": "a"}
    assert (backfill.subject, backfill.progress, backfill.after_phone) == ("077", Progress.LEADS, None)


@pytest.mark.postgres
def test_release_0_1_runs_on_beside_this_one(empty_postgres_url: str) -> None:
    """Its own statements, taken from its store, on the schema of this release."""
    engine = make_engine(empty_postgres_url)
    values = _at_release_0_1(engine)
    migrate(engine)
    mine = {"holder": uuid4(), "now": NOON, "later": NOON.add(seconds=3), "tenant": values["tenant"], "chore": uuid4()}

    with engine.begin() as old:
        run = partial(_run, old, mine)
        run("UPDATE posts SET holder = :holder, held_until = :later WHERE name = 'beat' AND held_until <= :now")
        run("INSERT INTO posts VALUES ('listener a', :holder, :now, :later, :now) ON CONFLICT DO NOTHING")
        assert run("SELECT holder FROM posts WHERE name = 'beat' FOR SHARE").scalar_one() == mine["holder"]
        run("UPDATE callback_hosts SET turn = :holder, turn_until = :later WHERE host = 'a'")
        run("INSERT INTO callback_hosts (host, lanes, failures) VALUES ('b', 4, 0) ON CONFLICT DO NOTHING")
        run(
            "INSERT INTO chores (id, tenant_id, kind, subject, due_at, done_through) "
            "VALUES (:chore, :tenant, 'park_list', 'x', :now, '')"
        )

    with engine.begin() as connection:
        leases = metadata.tables["leader_leases"]
        assert set(connection.scalars(select(leases.c.holder))) == {mine["holder"]}
        hosts = metadata.tables["callback_hosts"]
        columns = select(hosts.c.host, hosts.c.lease, hosts.c.lease_until, hosts.c.concurrency).order_by(hosts.c.host)
        found = [tuple(row) for row in connection.execute(columns)]
        assert found == [("a", mine["holder"], mine["later"], 7), ("b", None, None, 4)]
        backfills = metadata.tables["backfills"]
        assert set(connection.scalars(select(backfills.c.subject))) == {"077", "x"}
        connection.execute(update(hosts).where(hosts.c.host == "b").values(lease=mine["holder"], concurrency=9))
        connection.execute(insert(hosts).values(host="c", concurrency=4, failures=0))
        connection.execute(delete(leases).where(leases.c.name == "beat"))

    with engine.begin() as old:
        told = old.execute(text("SELECT host, turn, lanes FROM callback_hosts ORDER BY host")).all()
        assert [tuple(row) for row in told][1:] == [("b", mine["holder"], 9), ("c", None, 4)]
        assert old.scalars(text("SELECT name FROM posts")).all() == ["listener a"]
    engine.dispose()


def test_foreign_keys_hold_after_a_migration(engine: Engine) -> None:
    migrate(engine)

    for _ in range(2):  # on the connection that migrated, and on the next one
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(
                insert(metadata.tables["do_not_call"]).values(
                    tenant_id=uuid4(), phone="0981000000", description="", created_at=NOON
                )
            )
        engine.dispose()


@pytest.mark.postgres
def test_postgresql_tidies_up_behind_dialling_when_two_in_a_hundred_rows_are_dead(empty_postgres_url: str) -> None:
    engine = make_engine(empty_postgres_url)
    asked = text("SELECT relname, reloptions FROM pg_class WHERE relkind = 'r' AND reloptions IS NOT NULL")

    migrate(engine)

    with engine.connect() as connection:
        found = {row.relname: set(row.reloptions) for row in connection.execute(asked)}
    engine.dispose()
    assert {name: "autovacuum_vacuum_scale_factor=0.02" in options for name, options in found.items()} == {
        "leads": True,
        "calls": True,
        "deliveries": True,
    }
    assert all("vacuum_index_cleanup=on" in options for options in found.values())


LEFT_ON_POSTGRESQL: Final = {
    ("carriers", "turns"),
    ("callback_hosts", "turn"),
    ("callback_hosts", "turn_until"),
    ("callback_hosts", "lanes"),
}
"""Columns that migration 0006 leaves for release 0.1, beside its table ``chores``."""


def _is_left_for_the_release_before(difference: tuple[Any, ...]) -> bool:
    match difference:
        case ("remove_table", table):
            return bool(table.name == "chores")
        case ("remove_index", index):
            return bool(index.table.name == "chores")
        case ("remove_column", _, table, column):
            return (table, column.name) in LEFT_ON_POSTGRESQL
        case _:
            return False


def _at_release_0_1(engine: Engine) -> dict[str, Any]:
    values = {name: uuid4() for name in ("holder", "tenant", "carrier", "chore")} | {"now": NOON}
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0005")
        for statement in RUNNING.split(";")[:-1]:
            _run(connection, values, statement)
    return values


def _run(connection: Connection, values: dict[str, Any], statement: str) -> CursorResult[Any]:  # Any: rows of any shape
    typed = {name: Instant if isinstance(value, DateTime) else Uuid for name, value in values.items()}
    names = re.findall(r":(\w+)", statement)
    return connection.execute(
        text(statement).bindparams(*(bindparam(name, values[name], type_=typed[name]()) for name in names))
    )


def _rows_of_the_first_schema() -> dict[str, dict[str, Any]]:
    """Give one row of each table, in an order in which they may be inserted."""
    moments = {"created_at": NOON, "updated_at": NOON}
    campaign = to_row(stored_settings()) | {"deleted_at": None}
    lead_id, call_id = uuid4(), uuid4()
    owner = {"tenant_id": TENANT, "campaign_id": CAMPAIGN}
    rows: dict[str, dict[str, Any]] = {
        "tenants": {"id": TENANT, "name": "default", "timezone": HANOI, "concurrent_call": 5,
                    "callback_secret": "whsec_AAAA", "created_at": NOON},
        "carriers": {"id": CARRIER, "tenant_id": TENANT, "name": "main", "description": "", "gateway": "g1",
                     "dial_type": DialType.SIP_ONE, "concurrent_call": 10, "network": {"viettel": 3},
                     "data": {"caller_id": "02873003586"}, "next_plan_at": NOON, **moments},
        "templates": {"id": TEMPLATE, "tenant_id": TENANT, "name": "t", "body": {}, **moments},
        "campaigns": {column: value for column, value in campaign.items() if column not in ADDED["campaigns"]},
        "lists": {"id": list_of(CAMPAIGN), **owner, "name": "l", "description": "", "active": True, **moments},
        "leads": {"id": lead_id, **owner, "list_id": list_of(CAMPAIGN), "phone": "0981000000",
                  "network": Network.VIETTEL, "stage": Stage.CALLING, "due_at": NOON, "ending": None,
                  "called_count": 1, "last_call_at": NOON, "last_outcome": Outcome.BUSY, "profile": {"name": "An"},
                  "additional": {"a": 1}, **moments},
        "calls": {"id": call_id, **owner, "carrier_id": CARRIER, "list_id": list_of(CAMPAIGN), "lead_id": lead_id,
                  "run_id": None, "revision": 1, "attempt": 2, "stage_before": Stage.RECALL, "phone": "0981000000",
                  "network": Network.VIETTEL, "ref_id": "", "state": CallState.QUEUED, "reason": None,
                  "queued_at": NOON, "resend_at": NOON, "refusals": 0, "switch": "", "caller_id": "",
                  "dialing_at": None, "missing_since": None, "started_at": None, "ringing_at": None,
                  "answered_at": None, "ended_at": None, "outcome": None, "cause": "", "sip_call_id": "",
                  "hangup_disposition": ""},
        "deliveries": {"id": uuid4(), **owner, "call_id": call_id, "event": "answered", "url": "http://crm.example",
                       "host": "crm.example", "body": "{}", "state": "pending", "attempt": 0, "next_at": NOON,
                       "last_status": None, "last_error": "", **moments},
        "do_not_call": {"tenant_id": TENANT, "phone": "0981000001", "description": "", "created_at": NOON},
    }  # fmt: skip
    return rows


def _index_names(connection: Connection, table: str) -> set[str]:
    indexes = inspect(connection).get_indexes(table)
    return {str(index["name"]) for index in indexes if "duplicates_constraint" not in index}
