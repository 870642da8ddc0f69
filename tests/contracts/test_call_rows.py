"""What dialling and settling rely on in the store: a row is won once, and its end is one transaction."""

from uuid import UUID

import pytest
from pendulum import Duration
from sqlalchemy import select, update

from tests.builders import (
    CAMPAIGN,
    CARRIER,
    NOON,
    add_leads,
    fill_store,
    stored_settings,
    viettel,
)
from tests.builders.call_rows import V, a_call, claim, insert_calls
from worker.domain.call import ON_SWITCH, CallState, HungUp, Outcome
from worker.domain.hangup import Hangup
from worker.domain.ids import CampaignId, CarrierId
from worker.domain.lead import Ending, Stage
from worker.domain.outcome import CauseRule
from worker.domain.reason import Reason
from worker.ports.dispatch.call_rows import Dial, Ended
from worker.ports.dispatch.counts import UpByOwner
from worker.store.base.tables import calls, leads
from worker.store.dispatch.cause_tables import shipped_causes, to_stored
from worker.store.transaction import SqlStore


def test_only_queued_calls_can_be_won_and_only_once(store: SqlStore) -> None:
    fill_store(store)
    queued, dialing = insert_calls(store, CallState.QUEUED, CallState.DIALING)

    for expected in ([queued], []):
        with store.transaction() as tx:
            won = tx.calls.lock([queued, dialing], states=[CallState.QUEUED])
            tx.calls.move_to_dialing(
                [Dial(c.id, "s1", "028", revision=4, over_by=NOON.add(seconds=960)) for c in won], now=NOON
            )
        assert [call.id for call in won] == expected

    with store.reading() as tx:
        row = tx.connection.execute(select(calls).where(calls.c.id == queued)).one()
    assert (row.state, row.switch, row.caller_id, row.revision, row.dialing_at) == (
        CallState.DIALING,
        "s1",
        "028",
        4,
        NOON,
    )


def test_up_counts_leave_out_what_has_not_been_dialled(store: SqlStore) -> None:
    fill_store(store)
    insert_calls(store, CallState.QUEUED, CallState.DIALING, CallState.RINGING, CallState.ENDED)

    with store.reading() as tx:
        assert tx.calls.up(campaigns=[CAMPAIGN], carriers=[CARRIER]) == UpByOwner(
            campaigns={CAMPAIGN: {V: 2}}, carriers={CARRIER: {V: 2}}, tenants={}
        )
        assert tx.calls.up() == UpByOwner(campaigns={}, carriers={}, tenants={})


def test_cancelled_calls_free_their_leads(store: SqlStore) -> None:
    fill_store(store)
    (queued,) = insert_calls(store, CallState.QUEUED)

    with store.transaction() as tx:
        (call,) = tx.calls.lock([queued], states=[CallState.QUEUED])
        tx.calls.cancel({queued: Reason.STOPPED}, now=NOON)
        tx.leads.hand_back({call.lead_id: Stage.RECALL})

    with store.reading() as tx:
        assert tx.connection.execute(select(calls.c.state, calls.c.reason)).one() == (
            CallState.CANCELLED,
            Reason.STOPPED,
        )
        assert tx.connection.execute(select(leads.c.stage, leads.c.called_count)).one() == (Stage.RECALL, 0)


def test_finishing_writes_the_cdr_and_the_leads_next_step(store: SqlStore) -> None:
    fill_store(store)
    (ringing,) = insert_calls(store, CallState.RINGING)
    busy = Hangup(cause="USER_BUSY", answered=False)
    end = HungUp(ringing, busy, started_at=NOON, ended_at=NOON.add(seconds=4), sip_call_id="x@y")

    with store.transaction() as tx:
        (call,) = tx.calls.lock([ringing], states=ON_SWITCH)
        tx.calls.finish(
            [Ended(call, end, Outcome.BUSY, Stage.RECALL, lead_due_at=NOON.add(minutes=5), lead_ending=None)], now=NOON
        )

    with store.reading() as tx:
        row = tx.connection.execute(select(calls)).one()
        lead = tx.connection.execute(select(leads)).one()
    assert (row.state, row.outcome, row.cause, row.ended_at) == (
        CallState.ENDED,
        Outcome.BUSY,
        "USER_BUSY",
        end.ended_at,
    )
    assert (lead.stage, lead.due_at, lead.called_count, lead.last_outcome) == (
        Stage.RECALL,
        NOON.add(minutes=5),
        1,
        Outcome.BUSY,
    )


def test_an_end_that_does_not_count_uses_no_attempt(store: SqlStore) -> None:
    fill_store(store)
    (ringing,) = insert_calls(store, CallState.RINGING)
    busy = Hangup(cause="USER_BUSY", answered=False)
    end = HungUp(ringing, busy, started_at=NOON, ended_at=NOON, duration=7, billsec=3)

    with store.transaction() as tx:
        (call,) = tx.calls.lock([ringing], states=ON_SWITCH)
        step = Ended(call, end, Outcome.BUSY, Stage.NEW, lead_due_at=NOON, lead_ending=None, counted=False)
        tx.calls.finish([step], now=NOON)

    with store.reading() as tx:
        row = tx.connection.execute(select(calls)).one()
        lead = tx.connection.execute(select(leads)).one()
    assert (row.counted, row.switch_duration, row.switch_billsec) == (False, 7, 3)
    assert (lead.called_count, lead.uncounted) == (0, 1)


def test_a_carriers_own_rules_stand_before_the_shipped_ones(store: SqlStore) -> None:
    own = CauseRule(q850=17, sip_status=486, cause="USER_BUSY", outcome=Outcome.FAILED, counts=False)
    fill_store(store, carrier={"causes": to_stored([own])})

    with store.reading() as tx:
        rules = tx.cause_tables.of([CARRIER])

    assert rules == {CARRIER: (own, *shipped_causes())}


def test_closed_leads_keep_their_ending(store: SqlStore) -> None:
    fill_store(store)
    ids = add_leads(store, viettel(2))

    with store.transaction() as tx:
        tx.leads.close(ids[:1], ending=Ending.DO_NOT_CALL, now=NOON)

    assert claim(store, 5, {V: 5}) == viettel(2)[1:]


def test_a_message_is_due_again_only_after_a_while(store: SqlStore) -> None:
    fill_store(store)
    queued, _ = insert_calls(store, CallState.QUEUED, CallState.DIALING)

    with store.transaction() as tx:
        first = tx.calls.unsent(now=NOON, limit=10)
        second = tx.calls.unsent(now=NOON.add(seconds=1), limit=10)
        third = tx.calls.unsent(now=NOON.add(seconds=5), limit=10)

    assert (first, second, third) == ([queued], [], [queued])


def test_messages_of_codes_are_sent_again_first_and_those_of_one_carrier_by_themselves(store: SqlStore) -> None:
    fill_store(store)
    lead_ids = add_leads(store, viettel(3), stage=Stage.CALLING)
    stages = (Stage.NEW, Stage.OTP, Stage.RECALL)
    made = [a_call(n, lead_ids[n], stage_before=stage) for n, stage in enumerate(stages)]
    with store.transaction() as tx:
        tx.calls.insert(made)
        tx.calls.postpone([made[2].id], until=NOON.add(seconds=9))

    with store.transaction() as tx:
        elsewhere = tx.calls.unsent(now=NOON, limit=10, carrier_id=CarrierId(UUID(int=99)))
        here = tx.calls.unsent(now=NOON, limit=10, carrier_id=CARRIER)
        later = tx.calls.unsent(now=NOON.add(seconds=9), limit=10)

    assert elsewhere == []
    assert here == [made[1].id, made[0].id]
    assert later == [made[1].id, made[0].id, made[2].id]


def test_a_refused_call_is_queued_again_for_later(store: SqlStore) -> None:
    fill_store(store)
    (dialing,) = insert_calls(store, CallState.DIALING)

    with store.transaction() as tx:
        tx.calls.put_back([dialing], resend_at=NOON.add(seconds=2), refused=True)
        (call,) = tx.calls.lock([dialing], states=[CallState.QUEUED])

    assert (call.refusals, call.switch, call.dialing_at, call.resend_at) == (1, "", None, NOON.add(seconds=2))


def test_carriers_are_due_by_their_next_plan(store: SqlStore) -> None:
    fill_store(store)

    with store.transaction() as tx:
        tx.plans.set_next_plan(CARRIER, at=NOON.add(seconds=1), rotation={}, gateway_waits_since=None)
        early = tx.plans.due_carriers(now=NOON)
        ahead = tx.plans.due_carriers(now=NOON, ahead=Duration(seconds=1))
        late = tx.plans.due_carriers(now=NOON.add(seconds=2))
        tx.plans.set_next_plan(CARRIER, at=None, rotation={}, gateway_waits_since=None)
        never = tx.plans.due_carriers(now=NOON.add(years=1))

    due = {CARRIER: NOON.add(seconds=1)}
    assert (early, ahead, late, never) == ({}, due, due, {})


def test_nothing_of_a_failed_transaction_stays_or_is_told(store: SqlStore) -> None:
    fill_store(store)
    told: list[str] = []

    def fail_midway() -> None:
        with store.transaction() as tx:
            tx.plans.set_next_plan(CARRIER, at=None, rotation={}, gateway_waits_since=None)
            tx.after_commit(lambda: told.append("told"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()

    with store.reading() as tx:
        assert tx.plans.due_carriers(now=NOON) == {CARRIER: NOON}
    assert told == []


def test_a_campaigns_calls_count_on_whatever_carrier_they_run(store: SqlStore) -> None:
    other = CampaignId(UUID(int=33))
    fill_store(store, stored_settings(), stored_settings(campaign_uuid=other, campaign_name="b", carrier_uuid=None))
    mine, theirs = insert_calls(store, CallState.QUEUED, CallState.QUEUED)
    with store.transaction() as tx:
        tx.connection.execute(update(calls).where(calls.c.id == theirs).values(campaign_id=other))

    with store.transaction() as tx:
        rules = tx.plans.lock_for_dial([mine, theirs], now=NOON)

    assert set(rules.campaigns) == {CAMPAIGN, other}
    assert set(rules.carriers) == {CAMPAIGN}
