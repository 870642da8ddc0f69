"""What single calls and inactive lists mean to planning in the store: lanes, promised ids, leads out of sight."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select, update

from tests.builders import (
    CAMPAIGN,
    CARRIER,
    NOON,
    TEMPLATE,
    TENANT,
    add_leads,
    fill_store,
    list_of,
    stored_settings,
    viettel,
)
from tests.builders.call_rows import MOBI, M, V, a_call, claim, claimed_leads, insert_calls
from worker.domain.call import CallState
from worker.domain.campaign import Status
from worker.domain.ids import CallId, CampaignId, CarrierId, ListId
from worker.domain.lead import Lane, Stage
from worker.domain.planner import Demand
from worker.domain.reason import Reason
from worker.store.base.tables import calls, campaigns, lists
from worker.store.transaction import SqlStore

PROMISED = CallId(UUID(int=77))


def set_list(store: SqlStore, *, active: bool, campaign_id: CampaignId = CAMPAIGN) -> None:
    with store.transaction() as tx:
        mine = update(lists).where(lists.c.id == list_of(campaign_id))
        tx.connection.execute(mine.values(active=active))


def test_each_lane_claims_its_own_leads(store: SqlStore) -> None:
    fill_store(store)
    otp, single, new, recall = viettel(4)
    for phone, stage in ((otp, Stage.OTP), (single, Stage.SINGLE), (new, Stage.NEW), (recall, Stage.RECALL)):
        add_leads(store, [phone], stage=stage)

    claimed = {lane: claim(store, 9, {V: 9}, lane=lane) for lane in Lane}

    assert claimed == {Lane.OTP: [otp], Lane.SINGLE: [single], Lane.LIST: [new, recall]}


def test_demand_is_told_by_lane(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(2), stage=Stage.OTP)
    add_leads(store, viettel(1, start=10), stage=Stage.OTP, due_at=NOON.add(minutes=1))
    add_leads(store, MOBI[:1], stage=Stage.SINGLE)
    add_leads(store, MOBI[1:2], stage=Stage.SINGLE, due_at=NOON.add(minutes=2))
    add_leads(store, viettel(3, start=20))
    add_leads(store, viettel(1, start=30), stage=Stage.RECALL, due_at=NOON.add(minutes=3))

    with store.transaction() as tx:
        situation = tx.plans.lock_situation(CARRIER, now=NOON)

    assert situation is not None
    assert situation.demand == {
        CAMPAIGN: Demand(
            due={Lane.OTP: {V: 2}, Lane.SINGLE: {M: 1}, Lane.LIST: {V: 3}},
            next_due_at=NOON.add(minutes=2),
            next_otp_at=NOON.add(minutes=1),
        )
    }


def test_a_stopped_campaign_is_planned_for_its_codes_alone(store: SqlStore) -> None:
    paused, idle, away = (CampaignId(UUID(int=number)) for number in (31, 32, 33))
    stopped = {"status": Status.STOP, "run_id": None}
    fill_store(
        store,
        stored_settings(**stopped),
        stored_settings(campaign_uuid=idle, campaign_name="idle", **stopped),
        stored_settings(campaign_uuid=away, campaign_name="away", active=False),
        stored_settings(campaign_uuid=paused, campaign_name="paused", status=Status.PAUSE),
    )
    for campaign_id in (CAMPAIGN, away):
        add_leads(store, viettel(1), stage=Stage.OTP, campaign_id=campaign_id)
    add_leads(store, viettel(1), stage=Stage.SINGLE, campaign_id=idle)

    with store.transaction() as tx:
        situation = tx.plans.lock_situation(CARRIER, now=NOON)

    assert situation is not None
    assert {campaign.id for campaign in situation.campaigns} == {CAMPAIGN, paused}


def test_a_single_call_has_the_id_that_was_promised_until_it_was_called(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(1), stage=Stage.OTP, call_id=PROMISED, ref_id="order 17", template_id=TEMPLATE)
    add_leads(store, viettel(1, start=1), stage=Stage.OTP, call_id=CallId(UUID(int=78)), called_count=1)

    first, again = claimed_leads(store, 2, {V: 2}, lane=Lane.OTP)

    assert (first.promised_call_id, first.ref_id, first.template_id) == (PROMISED, "order 17", TEMPLATE)
    assert (again.promised_call_id, again.ref_id, again.template_id, again.attempt) == (None, "", None, 2)


def test_only_a_cancelled_row_makes_way_for_the_next_call_of_its_id(store: SqlStore) -> None:
    fill_store(store)
    queued, ended = insert_calls(store, CallState.QUEUED, CallState.ENDED)
    with store.transaction() as tx:
        tx.calls.forget_cancelled([queued, ended])
        tx.calls.cancel({queued: Reason.LIST_INACTIVE}, now=NOON)

    with store.transaction() as tx:
        (lead_id,) = tx.connection.scalars(select(calls.c.lead_id).where(calls.c.id == queued))
        tx.calls.forget_cancelled([queued, ended])
        tx.calls.insert([a_call(0, lead_id)])

    with store.reading() as tx:
        assert set(tx.connection.scalars(select(calls.c.id))) == {queued, ended}


def test_leads_of_an_inactive_list_are_neither_counted_nor_claimed(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(2))
    add_leads(store, MOBI[:1], due_at=NOON.add(minutes=1))
    add_leads(store, MOBI[1:2], stage=Stage.OTP)
    set_list(store, active=False)

    with store.transaction() as tx:
        planned = tx.plans.lock_situation(CARRIER, now=NOON)
    claimed = claim(store, 9, {V: 9, M: 9})
    set_list(store, active=True)

    assert planned is not None
    assert planned.demand == {CAMPAIGN: Demand()}
    assert claimed == []
    assert claim(store, 9, {V: 9, M: 9}) == viettel(2)


def test_leads_of_active_lists_are_claimed_past_those_of_inactive_ones(store: SqlStore) -> None:
    second = ListId(UUID(int=44))
    fill_store(store)
    with store.transaction() as tx:
        tx.lists.add(replace(tx.lists.get(TENANT, list_of(CAMPAIGN)), id=second, name="second"))
    add_leads(store, viettel(3), due_at=NOON.subtract(hours=1))
    add_leads(store, viettel(3, start=10), list_id=second)
    set_list(store, active=False)

    assert claim(store, 2, {V: 2}) == viettel(2, start=10)


def test_parked_leads_are_out_of_sight_whatever_their_list_says(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(2), parked=True)
    add_leads(store, MOBI[:1], stage=Stage.OTP, parked=True)

    with store.transaction() as tx:
        situation = tx.plans.lock_situation(CARRIER, now=NOON)

    assert situation is not None
    assert situation.demand == {}
    assert claim(store, 9, {V: 9}) == []


def test_another_campaigns_inactive_list_holds_back_nobody_else(store: SqlStore) -> None:
    other = CampaignId(UUID(int=33))
    fill_store(store, stored_settings(), stored_settings(campaign_uuid=other, campaign_name="other"))
    add_leads(store, viettel(1))
    add_leads(store, viettel(1), campaign_id=other)
    set_list(store, active=False, campaign_id=other)

    with store.transaction() as tx:
        situation = tx.plans.lock_situation(CARRIER, now=NOON)

    assert situation is not None
    assert situation.demand == {CAMPAIGN: Demand(due={Lane.LIST: {V: 1}}), other: Demand()}
    assert claim(store, 9, {V: 9}) == viettel(1)


def test_an_explanation_sees_what_inactive_lists_hold_back_and_one_lead_more(store: SqlStore) -> None:
    empty = CampaignId(UUID(int=33))
    fill_store(store, stored_settings(), stored_settings(campaign_uuid=empty, campaign_name="empty"), carrier_calls=2)
    add_leads(store, viettel(4))
    with store.reading() as tx:
        before = tx.plans.situation(CARRIER, now=NOON)
    add_leads(store, MOBI[:1], parked=True)
    for campaign_id in (CAMPAIGN, empty):
        set_list(store, active=False, campaign_id=campaign_id)

    with store.reading() as tx:
        after = tx.plans.situation(CARRIER, now=NOON)
        nowhere = tx.plans.situation(CarrierId(UUID(int=99)), now=NOON)

    assert before is not None
    assert after is not None
    assert before.demand[CAMPAIGN] == Demand(due={Lane.LIST: {V: 3}})
    assert after.demand == {CAMPAIGN: Demand(in_inactive_lists=True), empty: Demand()}
    assert nowhere is None


def test_a_done_lead_is_not_held_back_by_its_list(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(1), stage=Stage.DONE)
    set_list(store, active=False)

    with store.reading() as tx:
        situation = tx.plans.situation(CARRIER, now=NOON)

    assert situation is not None
    assert situation.demand == {CAMPAIGN: Demand()}


def test_the_rules_of_a_dial_name_inactive_lists_and_the_caps_of_tenants(store: SqlStore) -> None:
    fill_store(store, tenant_cap=7)
    queued, _ = insert_calls(store, CallState.QUEUED, CallState.RINGING)
    with store.transaction() as tx:
        before = tx.plans.lock_for_dial([queued], now=NOON)
    set_list(store, active=False)

    with store.transaction() as tx:
        after = tx.plans.lock_for_dial([queued], now=NOON)
        up = tx.calls.up(tenants=[TENANT]).tenants

    assert (before.tenant_caps, set(before.inactive_lists)) == ({TENANT: 7}, set())
    assert (after.tenant_caps, set(after.inactive_lists)) == ({TENANT: 7}, {list_of(CAMPAIGN)})
    assert up == {TENANT: {V: 1}}


def test_deleted_campaigns_have_no_rules(store: SqlStore) -> None:
    fill_store(store)
    queued = insert_calls(store, CallState.QUEUED)
    with store.transaction() as tx:
        tx.connection.execute(update(campaigns).values(deleted_at=NOON))

    with store.transaction() as tx:
        rules = tx.plans.lock_for_dial(queued, now=NOON)

    assert (rules.campaigns, rules.carriers, rules.tenant_caps) == ({}, {}, {})
