"""The queries of every plan walk indexes, whatever the size of the list: stated for both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import CompoundSelect, Connection, Select, text

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, add_leads, fill_store, viettel
from worker.domain.call import LIVE
from worker.domain.lead import STAGES_OF, Lane, Stage
from worker.domain.network import Network
from worker.domain.planner import Grant
from worker.store.base.engine import make_engine
from worker.store.base.tables import metadata
from worker.store.dispatch.demand import DEMAND, SINGLE_DEMAND
from worker.store.dispatch.leads import claiming, first_due_values
from worker.store.dispatch.live import LIVE_AT_ONCE
from worker.store.dispatch.plans import THAT_MATTER, THAT_MAY_DIAL
from worker.store.transaction import SqlStore

MANY = 20_000
FEW_CALLED = 300
PARKED = 5_000
"""Leads of an inactive list: the oldest due of all, and never to be read."""


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    if request.param == "postgres":
        url = request.getfixturevalue("new_postgres_database")()
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('plans') / 'plans.sqlite3'}"
    engine = make_engine(url)
    metadata.create_all(engine)  # on PostgreSQL there already
    store = SqlStore(engine)
    fill_store(store)
    for start in range(0, MANY, 5_000):
        add_leads(store, viettel(5_000, start=start))
    add_leads(store, viettel(PARKED, start=800_000), due_at=NOON.subtract(days=1), parked=True)
    add_leads(store, viettel(FEW_CALLED, start=900_000), stage=Stage.DONE)
    with store.transaction() as tx:
        _insert_ended_calls(tx.connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    yield store
    engine.dispose()


def _insert_ended_calls(connection: Connection) -> None:
    """Leave a history of ended calls, so that a scan of the table would be seen."""
    connection.execute(
        text(
            "INSERT INTO calls (id, tenant_id, campaign_id, carrier_id, list_id, lead_id, revision, attempt,"
            " stage_before, phone, network, ref_id, state, queued_at, resend_at, refusals, switch, caller_id, cause,"
            " sip_call_id, hangup_disposition) SELECT id, tenant_id, campaign_id, :carrier, list_id, id, 1, 1, 'new',"
            " phone, network, '', 'ended', due_at, due_at, 0, '', '', '', '', '' FROM leads"
        ),
        {"carrier": CARRIER.hex if connection.dialect.name == "sqlite" else CARRIER},
    )


def explain(store: SqlStore, query: Select[Any] | CompoundSelect[Any], values: dict[str, object]) -> str:
    """Give the database's plan of the query, with the values written in."""
    with store.reading() as tx:
        dialect = tx.connection.dialect
        sql = str(
            query.params(values).compile(
                dialect=dialect, compile_kwargs={"literal_binds": True, "render_postcompile": True}
            )
        )
        how = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN (COSTS OFF)"
        return "\n".join(str(row[-1]) for row in tx.connection.exec_driver_sql(f"{how} {sql}"))


def reads(plan: str, table: str) -> list[str]:
    """Give the lines of a plan that read this table."""
    return [
        line.strip()
        for line in plan.splitlines()
        if f"on {table}" in line or f"SCAN {table}" in line or f"SEARCH {table}" in line
    ]


def a_grant(store: SqlStore, *, lane: Lane = Lane.LIST) -> Grant:
    with store.reading() as tx:
        return Grant(tx.plans.campaigns([CAMPAIGN])[CAMPAIGN], lane, 20, dict.fromkeys(Network, 20))


@pytest.mark.parametrize("of_active_lists", [False, True], ids=["any list", "active lists"])
@pytest.mark.parametrize("lane", Lane)
def test_claiming_reads_the_indexes_of_waiting_leads_in_their_order(
    store: SqlStore, lane: Lane, *, of_active_lists: bool
) -> None:
    query = claiming(lane, tuple(Network), of_active_lists=of_active_lists)

    plan = explain(store, query, first_due_values(a_grant(store, lane=lane), now=NOON))

    pieces = [line for line in reads(plan, "leads") if _is_waiting_index(line)]
    others = [line for line in reads(plan, "leads") if not _is_waiting_index(line)]
    assert len(pieces) == len(STAGES_OF[lane]) * len(Network), plan
    assert len(others) == 1, plan  # the rows that were chosen, by their key
    assert "Seq Scan" not in others[0], plan
    assert "SCAN leads" not in others[0], plan


def _is_waiting_index(line: str) -> bool:
    return "ix_leads_waiting" in line or "ix_leads_urgent" in line


@pytest.mark.parametrize("demand", [DEMAND, SINGLE_DEMAND])
def test_demand_is_counted_in_the_indexes_of_waiting_leads(store: SqlStore, demand: Select[Any]) -> None:
    plan = explain(store, demand, {"campaigns": [CAMPAIGN], "room": 20, "now": NOON})

    assert reads(plan, "leads"), plan
    assert all(map(_is_waiting_index, reads(plan, "leads"))), plan


@pytest.mark.parametrize("lock", [False, True])
def test_whether_a_campaigns_leads_wait_is_read_in_the_indexes_of_waiting_leads(store: SqlStore, *, lock: bool) -> None:
    plan = explain(store, THAT_MATTER if lock else THAT_MAY_DIAL, {"carrier": CARRIER})

    assert reads(plan, "leads"), plan
    assert all(map(_is_waiting_index, reads(plan, "leads"))), plan


def test_live_calls_are_counted_in_the_partial_indexes(store: SqlStore) -> None:
    owners = {"campaigns": [CAMPAIGN], "carriers": [CARRIER], "tenants": [TENANT]}

    plan = explain(store, LIVE_AT_ONCE, {**owners, "states": LIVE})

    assert len(reads(plan, "calls")) == len(owners), plan
    assert all("ix_calls_live_" in line for line in reads(plan, "calls")), plan
    assert "Seq Scan on calls" not in plan, plan


@pytest.mark.parametrize("store", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_the_cost_of_a_claim_does_not_grow_with_the_list(store: SqlStore) -> None:
    with store.reading() as tx:
        dialect = tx.connection.dialect
        values = first_due_values(a_grant(store), now=NOON)
        query = claiming(Lane.LIST, tuple(Network), of_active_lists=False).params(values)
        sql = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        plan = tx.connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}").scalar_one()[0]["Plan"]

    rows = _rows_from(plan, "ix_leads_waiting")
    assert rows == 20, rows


def _rows_from(plan: dict[str, Any], index: str) -> float:
    own = plan["Actual Rows"] * plan["Actual Loops"] if plan.get("Index Name") == index else 0
    return float(own + sum(_rows_from(part, index) for part in plan.get("Plans", ())))
