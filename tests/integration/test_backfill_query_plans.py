"""Backfills walk indexes, however many leads there are: stated for both databases."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, text

from tests.builders import CAMPAIGN, TENANT, add_leads, fill_store, list_of, stored_settings, viettel
from tests.integration.test_query_plans import explain
from worker.domain.backfill import Cursor
from worker.domain.ids import CampaignId, LeadId
from worker.store.base.engine import make_engine
from worker.store.base.tables import leads, metadata
from worker.store.records.backfill_leads import batch, imported_into, under
from worker.store.transaction import SqlStore

MANY = 10_000
OTHER = CampaignId(UUID(int=77))
BATCHES = {
    "uq_leads_list_id_phone": imported_into(list_of(CAMPAIGN)),
    "ix_leads_campaign_id_phone": [leads.c.campaign_id == CAMPAIGN],
    "ix_leads_tenant_id_phone": [leads.c.tenant_id == TENANT, *under("09812")],
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    if request.param == "postgres":
        url = request.getfixturevalue("new_postgres_database")()
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('backfills') / 'backfills.sqlite3'}"
    engine = make_engine(url)
    metadata.create_all(engine)  # on PostgreSQL there already
    store = SqlStore(engine)
    fill_store(store, stored_settings(), stored_settings(campaign_uuid=OTHER, campaign_name="other"))
    for campaign_id in (CAMPAIGN, OTHER):
        add_leads(store, viettel(MANY), campaign_id=campaign_id)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    yield store
    engine.dispose()


@pytest.mark.parametrize("index", BATCHES)
@pytest.mark.parametrize("after", [None, Cursor("0981250000", LeadId(UUID(int=5)))])
def test_a_batch_is_read_along_an_index_in_its_order(store: SqlStore, index: str, after: Cursor | None) -> None:
    these: list[ColumnElement[bool]] = BATCHES[index]

    plan = explain(store, batch(*these, after=after, limit=500), {})

    whole_sorts = [line for line in plan.splitlines() if line.strip(" ->") == "Sort" or "FOR ORDER BY" in line]
    assert whole_sorts == [], plan
    assert "Seq Scan" not in plan, plan
    assert "SCAN leads" not in plan, plan
    assert index in plan, plan
    begins = re.search(r"phone>\?|Index Cond: .*phone\S* >=", plan)
    assert (begins is not None) == bool(after is not None or index == "ix_leads_tenant_id_phone"), plan
