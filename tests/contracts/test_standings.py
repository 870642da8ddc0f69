"""What explanations rely on in the store: where a lead stands, whose turn it is, and that they wait for nobody."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, add_leads, fill_store, list_of, viettel
from tests.builders.call_rows import MOBI, M, V, insert_calls
from worker.domain.call import CallState
from worker.domain.campaign import Priority
from worker.domain.errors import NotFound
from worker.domain.ids import LeadId, TenantId
from worker.domain.lead import Lane, Stage
from worker.domain.planner import Grant
from worker.store.base.tables import calls, campaigns, do_not_call, lists
from worker.store.transaction import SqlStore


def test_a_lead_is_read_with_its_list_its_number_and_no_call(store: SqlStore) -> None:
    fill_store(store)
    lead_id, other = add_leads(store, viettel(2), due_at=NOON.add(minutes=1), stage=Stage.RECALL, called_count=1)
    with store.transaction() as tx:
        barred = {"tenant_id": TENANT, "phone": viettel(1)[0], "description": "", "created_at": NOON}
        tx.connection.execute(insert(do_not_call).values(barred))
        tx.connection.execute(update(lists).where(lists.c.id == list_of(CAMPAIGN)).values(active=False))

    with store.reading() as tx:
        lead = tx.standings.of_lead(TENANT, lead_id)
        beside = tx.standings.of_lead(TENANT, other)

    assert (lead.stage, lead.called_count, lead.due_at, lead.network) == (Stage.RECALL, 1, NOON.add(minutes=1), V)
    assert (lead.list_active, lead.do_not_call, beside.do_not_call) == (False, True, False)
    assert (lead.call_id, lead.call_state) == (None, None)


def test_a_lead_is_read_with_the_call_that_it_is_in(store: SqlStore) -> None:
    fill_store(store)
    _, ringing = insert_calls(store, CallState.ENDED, CallState.RINGING)

    with store.reading() as tx:
        lead_ids = tx.connection.scalars(select(calls.c.lead_id).order_by(calls.c.id)).all()
        leads = [tx.standings.of_lead(TENANT, LeadId(lead_id)) for lead_id in lead_ids]

    assert [(lead.call_id, lead.call_state) for lead in leads] == [(None, None), (ringing, CallState.RINGING)]


def test_leads_of_deleted_campaigns_are_found_and_those_of_others_are_not(store: SqlStore) -> None:
    fill_store(store)
    [lead_id] = add_leads(store, viettel(1))
    with store.transaction() as tx:
        tx.connection.execute(update(campaigns).values(deleted_at=NOON))

    with store.reading() as tx:
        assert tx.standings.of_lead(TENANT, lead_id).campaign_id == CAMPAIGN
        with pytest.raises(NotFound):
            tx.standings.of_lead(TenantId(UUID(int=99)), lead_id)


def test_a_campaigns_slots_are_counted_by_network_and_state(store: SqlStore) -> None:
    fill_store(store)
    insert_calls(store, CallState.QUEUED, CallState.QUEUED, CallState.ANSWERED, CallState.ENDED, CallState.CANCELLED)

    with store.reading() as tx:
        live = tx.standings.live_calls(CAMPAIGN)

    assert live == {(V, CallState.QUEUED): 2, (V, CallState.ANSWERED): 1}


@pytest.mark.parametrize("priority", Priority)
@pytest.mark.parametrize("lane", Lane)
def test_those_are_next_whom_a_plan_would_take(store: SqlStore, lane: Lane, priority: Priority) -> None:
    fill_store(store)
    add_leads(store, viettel(3))
    add_leads(store, MOBI, stage=Stage.RECALL, called_count=1, due_at=NOON.subtract(minutes=1))
    add_leads(store, viettel(3, start=20), stage=Stage.OTP)
    add_leads(store, viettel(3, start=30), stage=Stage.SINGLE, due_at=NOON.subtract(minutes=2))
    with store.transaction() as tx:
        campaign = replace(tx.plans.campaigns([CAMPAIGN])[CAMPAIGN], priority=priority)
        grant = Grant(campaign, lane, 4, {V: 2, M: 3})

    with store.reading() as tx:
        expected = tx.standings.next_leads(grant, now=NOON)
    with store.transaction() as tx:
        claimed = tx.leads.claim(grant, now=NOON)

    assert expected == {lead.id for lead in claimed}
    assert expected


def test_an_explanation_waits_for_nobody_who_plans(store: SqlStore) -> None:
    fill_store(store)
    [lead_id] = add_leads(store, viettel(1))

    with store.transaction() as planning:
        locked = planning.plans.lock_situation(CARRIER, now=NOON)
        assert locked is not None
        grant = Grant(locked.campaigns[0], Lane.LIST, 1, {V: 1})
        planning.leads.claim(grant, now=NOON)
        with store.reading() as tx:
            situation = tx.plans.situation(CARRIER, now=NOON)
            following = tx.standings.next_leads(grant, now=NOON)

    assert situation is not None
    assert situation.campaigns == locked.campaigns
    assert following == {lead_id}, "what is not committed is not seen"
