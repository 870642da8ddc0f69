"""Exports hold each record once, whole, in batches, on both databases; hidden numbers stay hidden."""

import csv
import io
from uuid import UUID

import pytest
from sqlalchemy import select, update

from tests.builders import CAMPAIGN, TENANT, add_leads, fill_store, list_of, viettel
from tests.builders.many_cdrs import store_many_cdrs
from worker.domain.export.cdr_table import COLUMNS as CDR_COLUMNS
from worker.domain.export.lead_table import COLUMNS as LEAD_COLUMNS
from worker.domain.export.table import Headings, Table
from worker.domain.ids import CampaignId, ListId
from worker.ports.records.entities import CdrFilter, LeadFilter, Tenant
from worker.store.base.tables import leads
from worker.store.transaction import SqlStore
from worker.usecases.records.csv_text import csv_parts
from worker.usecases.records.export_cdrs import cdr_batches, cdr_table
from worker.usecases.records.export_leads import lead_batches, lead_table
from worker.usecases.records.hide_numbers import Sight

WHO = Tenant(id=TENANT, name="default", timezone="Asia/Ho_Chi_Minh")
SINGLES = 7
MANY = 45


@pytest.fixture(autouse=True)
def _stored(store: SqlStore) -> None:
    """Store leads, of which some are of single calls, one number twice; and their calls."""
    fill_store(store)
    ids = add_leads(store, viettel(MANY))
    with store.transaction() as tx:
        for number, lead in enumerate(ids[:SINGLES]):
            single = {"call_id": UUID(int=0x900 + number), "additional": {"amount": number}}
            tx.connection.execute(update(leads).where(leads.c.id == lead).values(single))
    store_many_cdrs(store, MANY, leads=list(ids))


def rows_of(table: Table, *, separator: str = ",") -> list[dict[str, str]]:
    text = "".join(csv_parts(table, separator=separator))
    return list(csv.DictReader(io.StringIO(text), delimiter=separator))


@pytest.mark.parametrize("together", [1, 7, 45, 500])
def test_batches_hold_every_cdr_once_newest_first(store: SqlStore, together: int) -> None:
    batches = list(cdr_batches(store, tenant=WHO, wanted=CdrFilter(), together=together))
    found = [(cdr.started_at, cdr.call_id) for batch in batches for cdr in batch]

    assert (len(found), found) == (MANY, sorted(set(found), reverse=True))
    assert max(map(len, batches)) <= together


@pytest.mark.parametrize("together", [1, 7, 38, 500])
@pytest.mark.parametrize(
    "wanted", [LeadFilter(), LeadFilter(campaign_id=CAMPAIGN), LeadFilter(list_id=list_of(CAMPAIGN))]
)
def test_batches_hold_every_lead_once(store: SqlStore, wanted: LeadFilter, together: int) -> None:
    batches = list(lead_batches(store, tenant=WHO, wanted=wanted, together=together))
    found = [lead.id for batch in batches for lead in batch]

    with store.reading() as tx:
        assert sorted(found) == list(tx.connection.scalars(select(leads.c.id).order_by(leads.c.id)))
    assert max(map(len, batches)) <= together


@pytest.mark.parametrize("wanted", [LeadFilter(list_id=ListId(UUID(int=7))), LeadFilter(phone="0900000000")])
def test_no_lead_is_a_table_of_headings(store: SqlStore, wanted: LeadFilter) -> None:
    assert rows_of(lead_table(store, tenant=WHO, wanted=wanted)) == []


def test_a_cdr_is_a_row_with_all_columns(store: SqlStore) -> None:
    rows = rows_of(cdr_table(store, tenant=WHO, wanted=CdrFilter(ref_id="order-0"), headings=Headings.KEYS))

    (row,) = rows
    assert list(row) == [column.key for column in CDR_COLUMNS]
    told = {
        "to_number": "0981000000", "ref_id": "order-0", "status": "answered", "duration": "30", "billsec": "25",
        "time_started": "2026-11-23 12:00:00+07:00", "time_answered": "2026-11-23 12:00:05+07:00", "counted": "true",
        "additional": '{"amount":0}',
    }  # fmt: skip
    assert row | told == row


def test_a_lead_is_a_row_with_all_columns(store: SqlStore) -> None:
    rows = rows_of(
        lead_table(store, tenant=WHO, wanted=LeadFilter(phone="0981000002"), headings=Headings.VIETNAMESE),
        separator=";",
    )

    (row,) = rows
    assert list(row) == [column.vietnamese for column in LEAD_COLUMNS]
    told = {
        "Số điện thoại": "0981000002",
        "Kết quả": "new",
        "Nhà mạng": "viettel",
        "Dữ liệu khách hàng": '{"amount":2}',
    }
    assert row | told == row


def test_a_caller_who_must_not_see_numbers_sees_none(store: SqlStore) -> None:
    seen = Sight(frozenset({CampaignId(CAMPAIGN)}))

    calls = "".join(csv_parts(cdr_table(store, tenant=WHO, wanted=CdrFilter(), seen=seen)))
    people = "".join(csv_parts(lead_table(store, tenant=WHO, wanted=LeadFilter(), seen=seen)))

    assert "0981000" not in calls + people
    assert "098*****00" in calls
    assert "098*****00" in people


def test_a_mark_for_excel_stands_before_all_else(store: SqlStore) -> None:
    marked = "".join(csv_parts(cdr_table(store, tenant=WHO, wanted=None), mark=True))
    plain = "".join(csv_parts(cdr_table(store, tenant=WHO, wanted=None)))

    assert marked == "\ufeff" + plain
    assert plain.count("\n") == 1


def test_a_row_cannot_become_a_formula_or_several_cells(store: SqlStore) -> None:
    with store.transaction() as tx:
        profile = {"lead_name": '=cmd|"x"', "comment": 'a;b,"c"\n=d', "address": "-5"}
        tx.connection.execute(update(leads).where(leads.c.phone == "0981000020").values(profile=profile))

    (row,) = rows_of(lead_table(store, tenant=WHO, wanted=LeadFilter(phone="0981000020"), headings=Headings.KEYS))

    assert (row["lead_name"], row["comment"], row["address"]) == ('\'=cmd|"x"', 'a;b,"c"\n=d', "-5")
