"""What a changed setting does to many leads: all of them in the end, in batches, whoever is in between."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from tests.builders import (
    CAMPAIGN,
    CARRIER,
    NOON,
    TENANT,
    add_leads,
    fill_store,
    list_of,
    stored_settings,
    viettel,
)
from tests.builders.backfills import LIST, backfills, expire, put, set_leads, switch, values
from tests.builders.call_rows import a_call
from tests.fakes.jobs import FakeJobQueue
from worker.domain.backfill import AFTER_CALLS, BATCH, Backfill, BackfillKind, Cursor
from worker.domain.call import CallState
from worker.domain.ids import CallId, CampaignId, LeadId
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.store.base.tables import calls, campaigns, carriers
from worker.store.transaction import SqlStore
from worker.usecases.records.run_backfills import BATCHES, run_backfills


@pytest.fixture(autouse=True)
def _campaign(store: SqlStore) -> None:
    fill_store(store)


def test_nothing_to_do_changes_nothing(store: SqlStore, queue: FakeJobQueue) -> None:
    put(store, BackfillKind.PARK_LIST, LIST, at=NOON.add(seconds=1))

    assert run_backfills(store, queue=queue, now=NOON) == 0
    assert len(backfills(store)) == 1


def test_of_two_backfills_on_one_subject_the_earlier_moment_holds_and_it_begins_anew(store: SqlStore) -> None:
    put(store, BackfillKind.CLASSIFY_PREFIX, "077", at=NOON)
    with store.transaction() as tx:
        tx.backfills.save(
            Backfill(TENANT, BackfillKind.CLASSIFY_PREFIX, "077", NOON, cursor=Cursor("0771", LeadId(uuid4())))
        )

    put(store, BackfillKind.CLASSIFY_PREFIX, "077", at=NOON.add(hours=1))
    put(store, BackfillKind.CLASSIFY_PREFIX, "078", at=NOON.add(hours=1))
    put(store, BackfillKind.CLASSIFY_PREFIX, "078", at=NOON.subtract(hours=1))

    assert backfills(store) == [
        Backfill(TENANT, BackfillKind.CLASSIFY_PREFIX, "078", NOON.subtract(hours=1)),
        Backfill(TENANT, BackfillKind.CLASSIFY_PREFIX, "077", NOON),
    ]


def test_a_backfill_that_was_put_again_is_not_struck_off(store: SqlStore) -> None:
    put(store, BackfillKind.CLASSIFY_PREFIX, "077")
    (read,) = backfills(store)

    with store.transaction() as tx:
        tx.backfills.finish(read.done())

    assert backfills(store) == [read]


def test_a_backfill_whose_end_a_crash_swallowed_is_ended(store: SqlStore, queue: FakeJobQueue) -> None:
    put(store, BackfillKind.PARK_LIST, LIST)
    with store.transaction() as tx:
        tx.backfills.save(tx.backfills.due(now=NOON, limit=1)[0].done())

    assert run_backfills(store, queue=queue, now=NOON) == 0
    assert queue.plans == [CARRIER]
    assert backfills(store) == []


def test_a_list_of_a_campaign_without_a_carrier_is_switched_too(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, viettel(1))
    with store.transaction() as tx:
        tx.connection.execute(update(campaigns).values(carrier_id=None))

    switch(store, active=False, queue=queue)

    assert run_backfills(store, queue=queue, now=NOON) == 1
    assert queue.plans == []


def test_an_inactive_lists_waiting_leads_go_out_of_plannings_sight_and_come_back(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    add_leads(store, viettel(2))
    add_leads(store, viettel(1, start=2), stage=Stage.CALLING)
    add_leads(store, viettel(1, start=3), stage=Stage.DONE)
    switch(store, active=False, queue=queue)

    assert run_backfills(store, queue=queue, now=NOON) == 3
    parked = values(store, "parked")
    switch(store, active=True, queue=queue)
    assert run_backfills(store, queue=queue, now=NOON) == 3

    assert parked == [True, True, True, False]
    assert values(store, "parked") == [False] * 4
    assert backfills(store) == []


def test_what_a_backfill_changed_is_planned_at_once_and_woken_should_that_be_lost(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    set_leads(store, add_leads(store, viettel(1)), parked=True)
    put(store, BackfillKind.PARK_LIST, LIST)
    with store.transaction() as tx:
        tx.plans.set_next_plan(CARRIER, at=None, rotation={}, gateway_waits_since=None)

    run_backfills(store, queue=queue, now=NOON)

    assert set(queue.plans) == {CARRIER}
    with store.reading() as tx:
        assert tx.connection.scalar(select(carriers.c.next_plan_at)) == NOON


def test_a_bounded_part_is_done_at_a_time_and_backfills_rotate(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, viettel(BATCHES * BATCH))
    set_leads(store, add_leads(store, ["0901000001"], stage=Stage.DONE), stage=Stage.NEW, network=Network.VINA)
    switch(store, active=False, queue=queue)
    put(store, BackfillKind.CLASSIFY_PREFIX, "0901")

    changed = [run_backfills(store, queue=queue, now=NOON.add(seconds=second)) for second in range(3)]

    assert changed == [(BATCHES - 1) * BATCH + 1, BATCH + 1, 0]
    assert set(values(store, "parked")) == {True}
    assert values(store, "network")[0] is Network.MOBI
    assert backfills(store) == []


def test_the_waiting_leads_of_an_expired_campaign_end(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, viettel(1), stage=Stage.RECALL)
    add_leads(store, viettel(1, start=1), stage=Stage.OTP)
    set_leads(store, add_leads(store, viettel(1, start=2)), parked=True)
    add_leads(store, viettel(1, start=3), stage=Stage.DONE)
    expire(store, NOON)
    put(store, BackfillKind.EXPIRE_CAMPAIGN, CAMPAIGN)

    assert run_backfills(store, queue=queue, now=NOON) == 3
    assert values(store, "stage") == [Stage.DONE] * 4
    assert values(store, "ending") == [Ending.EXPIRED] * 3 + [None]
    assert backfills(store) == []


def test_an_expiry_that_was_moved_is_waited_for_and_one_that_was_taken_back_is_forgotten(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    add_leads(store, viettel(1))
    expire(store, NOON.add(hours=1))
    put(store, BackfillKind.EXPIRE_CAMPAIGN, CAMPAIGN)

    moved = run_backfills(store, queue=queue, now=NOON), backfills(store)
    expire(store, None)
    taken_back = run_backfills(store, queue=queue, now=NOON.add(hours=1)), backfills(store)

    assert moved == (0, [Backfill(TENANT, BackfillKind.EXPIRE_CAMPAIGN, str(CAMPAIGN), NOON.add(hours=1))])
    assert taken_back == (0, [])
    assert values(store, "stage") == [Stage.NEW]


def test_a_lead_that_a_call_hands_back_ends_too_when_no_call_is_up_any_more(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    cancelled, answered = add_leads(store, viettel(2), stage=Stage.CALLING)
    add_leads(store, viettel(1, start=2))
    with store.transaction() as tx:
        tx.calls.insert([a_call(0, cancelled), a_call(1, answered)])
    expire(store, NOON)
    put(store, BackfillKind.EXPIRE_CAMPAIGN, CAMPAIGN)

    first = run_backfills(store, queue=queue, now=NOON)
    set_leads(store, [cancelled], stage=Stage.NEW)
    still_up = run_backfills(store, queue=queue, now=NOON + AFTER_CALLS)
    set_leads(store, [answered], stage=Stage.DONE)
    with store.transaction() as tx:
        tx.connection.execute(update(calls).values(state=CallState.CANCELLED))
    too_early = run_backfills(store, queue=queue, now=NOON + AFTER_CALLS)
    last = run_backfills(store, queue=queue, now=NOON + AFTER_CALLS + AFTER_CALLS)

    assert (first, still_up, too_early, last) == (1, 0, 0, 1)
    assert values(store, "ending") == [Ending.EXPIRED, None, Ending.EXPIRED]
    assert backfills(store) == []


def test_a_lead_that_was_claimed_in_between_is_not_ended(store: SqlStore) -> None:
    claimed = add_leads(store, viettel(1), stage=Stage.CALLING)

    with store.transaction() as tx:
        tx.backfill_leads.close(claimed, ending=Ending.EXPIRED, now=NOON)

    assert values(store, "stage") == [Stage.CALLING]


@pytest.mark.parametrize("kind", [BackfillKind.PARK_LIST, BackfillKind.EXPIRE_CAMPAIGN])
def test_a_backfill_on_what_was_deleted_is_over(store: SqlStore, queue: FakeJobQueue, kind: BackfillKind) -> None:
    add_leads(store, viettel(1))
    put(store, kind, LIST if kind is BackfillKind.PARK_LIST else CAMPAIGN)
    with store.transaction() as tx:
        tx.campaigns.delete(CAMPAIGN, now=NOON)

    assert run_backfills(store, queue=queue, now=NOON) == 0
    assert backfills(store) == []
    assert queue.plans == []


def test_only_the_leads_of_its_own_campaign_and_tenant_are_touched(store: SqlStore, queue: FakeJobQueue) -> None:
    other = stored_settings(campaign_uuid=CampaignId(uuid4()), campaign_name="other")
    with store.transaction() as tx:
        tx.campaigns.add(other)
        home = replace(tx.lists.find(TENANT, LIST), id=list_of(other.campaign_uuid), campaign_id=other.campaign_uuid)
        tx.lists.add(home)
    add_leads(store, viettel(1), campaign_id=other.campaign_uuid)
    expire(store, NOON)
    put(store, BackfillKind.EXPIRE_CAMPAIGN, CAMPAIGN)
    switch(store, active=False, queue=queue)

    assert run_backfills(store, queue=queue, now=NOON) == 0
    assert (values(store, "stage"), values(store, "parked")) == ([Stage.NEW], [False])


def test_calls_of_others_do_not_keep_an_expiry_waiting(store: SqlStore, queue: FakeJobQueue) -> None:
    (called,) = add_leads(store, viettel(1), stage=Stage.DONE)
    with store.transaction() as tx:
        tx.calls.insert([a_call(0, called, id=CallId(uuid4()), state=CallState.CANCELLED)])
    expire(store, NOON)
    put(store, BackfillKind.EXPIRE_CAMPAIGN, CAMPAIGN)

    run_backfills(store, queue=queue, now=NOON)

    assert backfills(store) == []
