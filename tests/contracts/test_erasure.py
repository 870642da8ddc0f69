"""An erased person is in no row that can be read, and is never dialled again."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, insert, select, update

from tests.builders import CAMPAIGN, CARRIER, HANOI, NOON, TENANT, add_leads, fill_store, list_of, stored_settings
from tests.fakes.jobs import FakeJobQueue
from worker.domain.backfill import Backfill, BackfillKind, Cursor
from worker.domain.call import CallState, HungUp
from worker.domain.callback_event import CallbackEvent
from worker.domain.campaign import AUTOCALL
from worker.domain.campaign_settings import to_campaign
from worker.domain.erasure import ERASED, IS_ERASED, hash_of
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId, LeadId, TenantId
from worker.domain.keys import KeyPress
from worker.domain.lead import Lane, Stage
from worker.domain.list_refresh import Refresh
from worker.domain.network import Network, NotDialable
from worker.domain.planner import Grant
from worker.ports.dispatch.call_rows import Dial
from worker.ports.dispatch.outbox import FanOut
from worker.ports.dispatch.second_source import PostedCdr, PostedCdrId
from worker.ports.records.entities import BlockedNumber, Tenant
from worker.store.base.answer_tables import request_answers
from worker.store.base.callback_tables import deliveries
from worker.store.base.erasure_tables import erased_numbers
from worker.store.base.tables import calls, leads, metadata
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.finish_calls import finish_calls
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.call_now import CallRequest, call_now
from worker.usecases.records.erase_person import Erased, erase_person
from worker.usecases.records.import_leads import Draft, LeadImport, import_leads

WHO = Tenant(id=TENANT, name="default", timezone=HANOI)
PHONE, OTHER = "0981000001", "0981000002"
LATER = NOON.add(seconds=30)


@pytest.fixture(autouse=True)
def _stored(store: SqlStore) -> None:
    recalled = {"recall_times": 3, "recall_status": ("busy",), "callback_url": "http://crm.example/cdr"}
    fill_store(store, stored_settings(type=AUTOCALL, **recalled))
    add_leads(store, [PHONE, OTHER], additional={"name": "An"})


def erase(store: SqlStore, phone: str = "+84 981 000 001", *, new_key: str = "k1") -> Erased:
    return erase_person(store, tenant=WHO, phone_number=phone, new_key=new_key, now=LATER)


def plan(store: SqlStore, queue: FakeJobQueue) -> int:
    return plan_carrier(store, queue=queue, carrier_id=CARRIER, now=LATER, new_id=uuid4)


def dial(store: SqlStore, call_id: CallId) -> None:
    with store.transaction() as tx:
        tx.calls.move_to_dialing([Dial(call_id, "s1", "", 1, over_by=LATER)], now=NOON)


def finish(store: SqlStore, queue: FakeJobQueue, call_id: CallId) -> None:
    with store.transaction() as tx:
        (call,) = tx.calls.lock([call_id], states=[CallState.DIALING])
        busy = Hangup(cause="USER_BUSY", answered=False, replied=True)
        end = HungUp(call_id, busy, started_at=NOON, ended_at=NOON.add(seconds=5))
        finish_calls(tx, queue=queue, ended=[(call, end)], now=LATER, new_id=uuid4)


def everything(store: SqlStore) -> str:
    """Return each column of each row of each table, as text."""
    with store.reading() as tx:
        rows = [row for table in metadata.sorted_tables for row in tx.connection.execute(select(table)).mappings()]
    return "\n".join(f"{name}: {value}" for row in rows for name, value in row.items())


def call_of(store: SqlStore, phone: str) -> CallId:
    with store.reading() as tx:
        return CallId(tx.connection.scalars(select(calls.c.id).where(calls.c.phone == phone)).one())


def _store_the_number_elsewhere(store: SqlStore, call_id: CallId) -> None:
    """Store it in each form: in what a switch posted, in events and work under way, in the client's own data."""
    facts = {"variable_dialed": "sofia/gateway/trunk/9984981000001@x", "variable_wait": "PT2.5S"}
    posted = PostedCdr(id=PostedCdrId(uuid4()), switch="s1", call_id=call_id, facts=facts, received_at=NOON)
    body = {"to_number": PHONE, "additional": {"tel": "+84 981 000 001"}, "ref_id": PHONE, "press_key": PHONE}
    fan_out = FanOut(
        id=uuid4(),
        tenant_id=TENANT,
        campaign_id=CAMPAIGN,
        call_id=call_id,
        event=CallbackEvent.CDR,
        body=json.dumps(body),
    )
    cursor = Cursor(PHONE, LeadId(uuid4()))
    work = Backfill(TENANT, BackfillKind.PARK_LIST, str(list_of(CAMPAIGN)), due_at=NOON)
    refresh = Refresh(tenant_id=TENANT, list_id=list_of(CAMPAIGN), outcomes=None, asked_at=NOON, cursor=cursor)
    with store.transaction() as tx:
        tx.posted_cdrs.add([posted])
        tx.fan_outs.insert([fan_out], now=NOON)
        tx.backfills.put(work)
        tx.backfills.save(replace(work, cursor=cursor))
        tx.refreshes.put(refresh)
        tx.number_plan.port(TENANT, {PHONE: Network.VINA}, now=NOON)
        answer = {"tenant_id": TENANT, "key": "k", "fingerprint": "f", "status": 200, "created_at": NOON}
        tx.connection.execute(insert(request_answers).values(**answer, body=json.dumps({"numbers": [PHONE, 1]})))
        tx.connection.execute(update(calls).where(calls.c.id == call_id).values(ref_id=PHONE))
        tx.connection.execute(update(leads).where(leads.c.phone == PHONE).values(additional={PHONE: "x"}))


def test_an_erased_person_is_in_no_row(store: SqlStore, queue: FakeJobQueue) -> None:
    plan(store, queue)
    for call_id in queue.calls:
        dial(store, call_id)
        finish(store, queue, call_id)
    with store.transaction() as tx:
        tx.do_not_call.add(TENANT, [BlockedNumber(PHONE, "asked")], now=NOON)

    _store_the_number_elsewhere(store, call_of(store, PHONE))

    found = erase(store)

    kept = everything(store)
    assert found == Erased(leads=1, calls=1, callbacks=1)
    assert [line for line in kept.splitlines() if re.search(r"0?981[ .]?000[ .]?001", line)] == []
    assert kept.count(OTHER) == 3  # lead, call and callback of somebody else
    assert "PT2.5S" in kept  # the rest of what the switch posted
    with store.reading() as tx:
        bodies = [json.loads(body) for body in tx.connection.scalars(select(deliveries.c.body))]
    erased = next(body for body in bodies if body["to_number"] == ERASED)
    assert erased["additional"] == {}
    assert erased["status"] == "busy"


MENTIONS: dict[str, dict[str, Any]] = {
    "guarantor": {"guarantor": {"tel": "+84 981 000 001", "name": "Binh"}},
    "remark": {"remark": "rang 0981.000.001, then 0981000002"},
    "dashes": {"tel": "0981\u2011000\u2011001"},
    "number": {"tel": 84981000001},
    "key": {"0981000001": "x"},
}


@pytest.mark.parametrize("form", MENTIONS)
def test_what_other_leads_data_says_of_the_number_goes_too(store: SqlStore, queue: FakeJobQueue, form: str) -> None:
    with store.transaction() as tx:
        others = update(leads).where(leads.c.phone == OTHER)
        kept = {"name": "An"}
        tx.connection.execute(others.values(additional=MENTIONS[form] | kept, profile={"comment": PHONE}, ref_id=PHONE))
    plan(store, queue)
    dial(store, call_of(store, OTHER))
    finish(store, queue, call_of(store, OTHER))

    found = erase(store)

    assert (found.leads, found.mentions) == (1, 1)
    assert [line for line in everything(store).splitlines() if re.search(r"981(\D|\\\\?u2011)*000\D*001", line)] == []
    with store.reading() as tx:
        other = tx.lead_records.get(TENANT, LeadId(tx.erasure.leads_of(TENANT, OTHER)[0]))
        (body,) = map(json.loads, tx.connection.scalars(select(deliveries.c.body)))
    assert (other.phone, other.additional["name"], other.profile) == (OTHER, "An", {"comment": ERASED})
    assert (body["to_number"], body["additional"]["name"], body["ref_id"]) == (OTHER, "An", ERASED)
    assert erase(store).mentions == 0


def test_leads_of_nobody_concerned_are_not_touched(store: SqlStore) -> None:
    with store.transaction() as tx:
        others = update(leads).where(leads.c.phone == OTHER)
        tx.connection.execute(others.values(additional={"a": "9-8-1", "b": 1000, "contract": "0981000001234"}))
        before = tx.lead_records.get(TENANT, tx.erasure.leads_of(TENANT, OTHER)[0])

    assert erase(store).mentions == 0

    with store.reading() as tx:
        assert tx.lead_records.get(TENANT, before.id) == before


def test_pressed_keys_go_also_of_a_call_that_is_up(store: SqlStore, queue: FakeJobQueue) -> None:
    plan(store, queue)
    up = {phone: call_of(store, phone) for phone in (PHONE, OTHER)}
    for call_id in up.values():
        dial(store, call_id)
    with store.transaction() as tx:
        tx.calls.note_keys(dict.fromkeys(up.values(), (KeyPress("1", 2.0),)))
    finish(store, queue, up[OTHER])

    erase(store)
    with store.transaction() as tx:
        tx.calls.note_keys({up[PHONE]: (KeyPress("2", 3.0),)})  # after the erasure
    finish(store, queue, up[PHONE])
    erase(store, OTHER)

    with store.reading() as tx:
        rows = tx.connection.execute(select(calls.c.phone, calls.c.pressed, calls.c.last_key)).all()
        bodies = [json.loads(body) for body in tx.connection.scalars(select(deliveries.c.body))]
    assert [tuple(row) for row in rows] == [(ERASED, (), None)] * 2
    assert {(body["press_key"], body["presskey_delay"], body["time_presskey"]) for body in bodies} == {("{}", 0, "")}


def test_a_queued_call_is_cancelled_and_one_that_is_up_ends_without_the_number(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    plan(store, queue)
    with store.reading() as tx:
        ids = {row.phone: CallId(row.id) for row in tx.connection.execute(select(calls.c.phone, calls.c.id))}
    dial(store, ids[PHONE])

    erase(store)
    erase(store, OTHER)
    finish(store, queue, ids[PHONE])

    kept = everything(store)
    assert (PHONE in kept, OTHER in kept) == (False, False)
    with store.reading() as tx:
        states = {row.id: row.state for row in tx.connection.execute(select(calls.c.id, calls.c.state))}
        stages = set(tx.connection.scalars(select(leads.c.stage)))
    assert states == {ids[PHONE]: CallState.ENDED, ids[OTHER]: CallState.CANCELLED}
    assert stages == {Stage.DONE}
    assert plan(store, queue) == 0


def test_import_and_single_call_refuse_the_number_and_take_others(store: SqlStore, queue: FakeJobQueue) -> None:
    erase(store)
    drafts = [Draft(row=0, phone_number="84981000001"), Draft(row=1, phone_number="0981000003")]

    wanted = LeadImport(WHO, list_of(CAMPAIGN), drafts)
    imported = import_leads(store, queue=queue, wanted=wanted, now=LATER, new_id=uuid4)

    assert (list(imported.leads), imported.problems) == ([1], {0: IS_ERASED})
    request = CallRequest(tenant=WHO, campaign_id=CAMPAIGN, phone_number=PHONE, additional={})
    with pytest.raises(NotDialable, match=IS_ERASED):
        call_now(store, queue=queue, request=request, now=LATER, new_id=uuid4)


def test_a_lead_that_came_in_all_the_same_is_closed_by_its_plan(store: SqlStore, queue: FakeJobQueue) -> None:
    erase(store)
    (late,) = add_leads(store, [PHONE])

    planned = plan(store, queue)

    with store.reading() as tx:
        lead = tx.connection.execute(select(leads.c.stage, leads.c.ending).where(leads.c.id == late)).one()
    assert planned == 1  # somebody else
    assert (lead.stage, lead.ending) == (Stage.DONE, "dnc")


def test_a_dial_refuses_erased_numbers_and_what_stands_in_their_place(store: SqlStore) -> None:
    erase(store)

    with store.reading() as tx:
        assert tx.leads.do_not_call(TENANT, [PHONE, OTHER, ERASED]) == {PHONE, ERASED}


def test_calls_of_leads_that_were_removed_before_are_found(store: SqlStore, queue: FakeJobQueue) -> None:
    plan(store, queue)
    for call_id in queue.calls:
        dial(store, call_id)
        finish(store, queue, call_id)
    with store.transaction() as tx:
        tx.lead_edits.remove(tx.erasure.leads_of(TENANT, PHONE), now=NOON)

    found = erase(store)

    assert found == Erased(leads=0, calls=1, callbacks=1)
    assert PHONE not in everything(store)
    assert everything(store).count("'An'") == 1  # of the other lead


def test_the_key_stays_when_another_number_is_erased(store: SqlStore) -> None:
    erase(store, new_key="k1")
    erase(store, OTHER, new_key="k2")

    with store.reading() as tx:
        assert tx.erasure.among(TENANT, [PHONE, OTHER, "0981000003"]) == {PHONE, OTHER}
        hashes = set(tx.connection.scalars(select(erased_numbers.c.hash)))
    assert hashes == {hash_of(phone, key="k1") for phone in (PHONE, OTHER)}


def test_plans_and_dials_pay_one_query_and_only_where_somebody_was_erased(store: SqlStore) -> None:
    add_leads(store, [f"098200{number:04}" for number in range(30)])

    def cost(act: Callable[[], object]) -> int:
        return len(statements_of(store, act))

    def asked(count: int) -> None:
        with store.reading() as tx:
            tx.leads.do_not_call(TENANT, [f"098200{number:04}" for number in range(count)])

    few, many = cost(lambda: claim(store, 1)), cost(lambda: claim(store, 10))
    dial_before = cost(lambda: asked(1))
    erase(store, "0983000000")

    assert few == many == 2  # as without erasures: one claim, one move
    assert dial_before == 1
    assert cost(lambda: claim(store, 1)) == cost(lambda: claim(store, 10)) == 3
    assert cost(lambda: asked(1)) == cost(lambda: asked(30)) == 2


def claim(store: SqlStore, count: int) -> None:
    campaign = to_campaign(stored_settings(), zone=HANOI)
    with store.transaction() as tx:
        grant = Grant(campaign, Lane.LIST, count, dict.fromkeys(Network, count))
        assert len(tx.leads.claim(grant, now=LATER)) == count


def statements_of(store: SqlStore, act: Callable[[], object]) -> list[str]:
    """Return the statements that something takes."""
    told: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            told.append(statement)

    with store.transaction() as tx:  # not of one that reads, which has an engine of its own
        engine = tx.connection.engine
    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    return told


def test_another_tenant_may_call_the_number(store: SqlStore) -> None:
    erase(store)

    with store.reading() as tx:
        assert tx.erasure.among(TenantId(uuid4()), [PHONE]) == set()
