"""Single calls are stored, and found by reference, alike on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Row, func, select, text, update
from sqlalchemy.engine.default import DefaultDialect
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, CARRIER, NOON, TEMPLATE, TENANT, fill_store, list_of
from tests.fakes.jobs import FakeJobQueue
from worker.domain.errors import NotFound
from worker.domain.ids import ListId, TemplateId, TenantId
from worker.domain.lead import Ending, Stage
from worker.ports.records.entities import TemplateRecord, Tenant
from worker.ports.records.single_calls import PromisedCall
from worker.store.base.tables import leads, lists
from worker.store.records.single_calls import NEWEST
from worker.store.transaction import SqlStore
from worker.usecases.records.call_now import CallRequest, Promise, call_now
from worker.usecases.records.import_leads import Draft, LeadImport, import_leads

WHO = Tenant(id=TENANT, name="default", timezone="Asia/Ho_Chi_Minh")
PHONE = "0981000001"
AT_ONCE = 8


@pytest.fixture(autouse=True)
def _campaign(store: SqlStore) -> None:
    fill_store(store)


def asked(store: SqlStore, queue: FakeJobQueue | None = None, **changed: Any) -> Promise:
    given: dict[str, Any] = {"tenant": WHO, "campaign_id": CAMPAIGN, "phone_number": PHONE, "additional": {"k": [1]}}
    request = CallRequest(**(given | changed))
    return call_now(store, queue=queue or FakeJobQueue(), request=request, now=NOON, new_id=uuid7)


def rows(store: SqlStore) -> list[Row[Any]]:
    with store.reading() as tx:
        return list(tx.connection.execute(select(leads).order_by(leads.c.id)))


def newest(store: SqlStore, ref_id: str) -> PromisedCall:
    with store.reading() as tx:
        return tx.single_calls.newest(TENANT, ref_id)


def test_a_single_call_reads_back_whole(store: SqlStore) -> None:
    queue = FakeJobQueue()

    promise = asked(store, queue, template="t", ref_id="Đơn/7")

    (lead,) = rows(store)
    assert (lead.id, lead.call_id, lead.stage) == (promise.lead_id, promise.call_id, Stage.OTP)
    assert (lead.phone, lead.due_at, lead.called_count, lead.ending) == (PHONE, NOON, 0, None)
    assert (lead.template_id, lead.ref_id, lead.additional) == (TEMPLATE, "Đơn/7", {"k": [1]})
    assert queue.plans == [CARRIER]
    with store.reading() as tx:
        read = tx.lead_records.get(TENANT, promise.lead_id)
    assert (read.profile, read.list_name) == ({"ref_id": "Đơn/7"}, f"Single calls of {CAMPAIGN}")


def test_the_first_calls_of_a_campaign_come_at_once_and_make_one_list(store: SqlStore) -> None:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        promises = list(threads.map(lambda _: asked(store), range(AT_ONCE * 3)))

    with store.reading() as tx:
        made = select(func.count()).select_from(lists).where(lists.c.id != list_of(CAMPAIGN))
        assert tx.connection.scalar(made) == 1
    assert {lead.call_id for lead in rows(store)} == {promise.call_id for promise in promises}


def test_a_list_whose_id_somebody_took_bars_nobody(store: SqlStore) -> None:
    with store.transaction() as tx:
        taken = replace(tx.lists.get(TENANT, list_of(CAMPAIGN)), name="new", id=ListId(uuid4()))
        tx.lists.add(taken)
        home = tx.single_calls.home(replace(taken, id=ListId(uuid4()), name="Single calls"))
        again = tx.single_calls.home(replace(taken, id=ListId(uuid4()), name="Single calls"))

        assert home.id == again.id
        with pytest.raises(NotFound):
            tx.single_calls.home(replace(taken, name="third"))  # an id that is no new one


def test_a_number_of_a_list_may_be_called_singly_and_the_other_way_round(store: SqlStore) -> None:
    asked(store)
    asked(store)

    wanted = LeadImport(WHO, rows(store)[0].list_id, [Draft(row=0, phone_number=PHONE)])
    imported = import_leads(store, queue=FakeJobQueue(), wanted=wanted, now=NOON, new_id=uuid7)
    asked(store, ref_id="r")

    assert imported.problems == {}
    assert len(rows(store)) == 4


def test_the_latest_call_of_a_reference_is_found_with_its_ending(store: SqlStore) -> None:
    asked(store, ref_id="r")
    latest = asked(store, ref_id="r")
    asked(store, ref_id="other")

    assert newest(store, "r") == PromisedCall(latest.call_id, Stage.SINGLE, None)

    with store.transaction() as tx:
        tx.connection.execute(update(leads).values(stage=Stage.DONE, ending=Ending.EXPIRED))
    assert newest(store, "r") == PromisedCall(latest.call_id, Stage.DONE, Ending.EXPIRED)


@pytest.mark.parametrize("ref_id", ["", "R", "r ", "%"])
def test_no_reference_is_found_but_the_same(store: SqlStore, ref_id: str) -> None:
    asked(store, ref_id="r")
    asked(store)

    with pytest.raises(NotFound):
        newest(store, ref_id)


def test_a_reference_is_its_tenants(store: SqlStore) -> None:
    asked(store, ref_id="r")

    with pytest.raises(NotFound), store.reading() as tx:
        tx.single_calls.newest(TenantId(uuid4()), "r")


def test_a_reference_is_looked_up_in_its_index(store: SqlStore) -> None:
    with store.transaction() as tx:
        sqlite = tx.connection.dialect.name == "sqlite"
        if not sqlite:  # where few rows are, a scan would be cheaper
            tx.connection.execute(text("SET LOCAL enable_seqscan = off"))
        explained = f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {NEWEST.compile(dialect=DefaultDialect())}"
        values = {"tenant": TENANT.hex if sqlite else TENANT, "ref": "r", "param_1": 1}

        plan = tx.connection.execute(text(explained), values).all()

    assert "ix_leads_tenant_id_ref_id" in str(plan)


def test_a_template_is_found_by_name_or_else_by_id(store: SqlStore) -> None:
    called_like_an_id = TemplateId(uuid4())
    with store.transaction() as tx:
        tx.templates.add(
            TemplateRecord(
                id=called_like_an_id, tenant_id=TENANT, name=str(TEMPLATE), body={}, created_at=NOON, updated_at=NOON
            )
        )

        assert tx.templates.find(TENANT, "t").id == TEMPLATE
        assert tx.templates.find(TENANT, str(called_like_an_id)).id == called_like_an_id
        assert tx.templates.find(TENANT, str(TEMPLATE)).id == called_like_an_id
        for unknown in ("T", "", str(uuid4())):
            with pytest.raises(NotFound):
                tx.templates.find(TENANT, unknown)
        with pytest.raises(NotFound):
            tx.templates.find(TenantId(uuid4()), "t")
