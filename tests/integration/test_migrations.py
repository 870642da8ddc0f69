"""The revisions give exactly the schema of ``tables.py``, on both databases, however many processes run them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, Table, bindparam, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from tests.builders import CAMPAIGN, CARRIER, HANOI, NOON, TEMPLATE, TENANT, list_of, stored_settings
from worker.domain.call import CallState, Outcome
from worker.domain.carrier import DialType
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.store.base.engine import make_engine
from worker.store.base.migrate import _config, is_current, migrate
from worker.store.base.tables import metadata
from worker.store.dispatch.campaign_rows import to_row

ADDED: Final[dict[str, dict[str, Any]]] = {
    "carriers": {"calls_per_second": 0, "rotation": {}},
    "campaigns": {"lead_expired_at": None},
    "leads": {"parked": False, "call_id": None, "ref_id": "", "template_id": None},
    "calls": {"template_id": None},
    "deliveries": {"subscription_id": None, "attempts_before": 0, "waiting_since": NOON, "replayed_at": None},
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
    assert differences == []
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
            assert dict(connection.execute(select(metadata.tables[name])).mappings().one()) == row | ADDED.get(name, {})


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
