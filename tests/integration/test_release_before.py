"""What release 0.1 had under way goes on under the new names, and its statements run on the new schema."""

import re
from functools import partial
from typing import Any, Final
from uuid import uuid4

import pytest
from alembic import command
from pendulum import DateTime
from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Uuid,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)

from tests.builders import NOON
from worker.domain.backfill import Progress
from worker.store.base.columns import Instant
from worker.store.base.engine import make_engine
from worker.store.base.migrate import _config, migrate
from worker.store.base.tables import metadata

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


def test_what_carriers_use_today_is_granted_with_any_caller_id(engine: Engine) -> None:
    values = _at_release_0_1(engine)

    migrate(engine)

    with engine.connect() as connection:
        (gateway,) = connection.execute(select(metadata.tables["gateways"])).all()
        (grant,) = connection.execute(select(metadata.tables["gateway_grants"])).all()
    assert (gateway.name, gateway.concurrent_call, gateway.revision) == ("g1", None, 1)
    assert (grant.gateway, grant.tenant_id, grant.caller_ids, grant.is_revoked) == (
        "g1",
        values["tenant"],
        ["*"],
        False,
    )
    assert gateway.created_at.add(hours=1) > grant.since


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
