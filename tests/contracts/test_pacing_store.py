"""Counts of answers, staffing and what was learnt, on each database."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.builders.agents import add_agents, add_answers, add_call, an_agent
from tests.fakes.jobs import FakeJobQueue
from worker.domain.agents.agent import AgentState
from worker.domain.agents.ages import Observed
from worker.domain.agents.credit import AnswerCounts, Lines
from worker.domain.agents.dialling import Bound
from worker.domain.agents.estimates import ANSWERED, ENDED, FAILED, READY_AGAIN, Estimates, Seen
from worker.domain.agents.staffing import Advice, Staffing
from worker.domain.agents_rule import AgentsRule
from worker.domain.call import CallState
from worker.domain.ids import CallId, UserId
from worker.ports.agents.agents import AgentChange
from worker.ports.agents.pacing import AbandonedCall, Learnt, PacedCampaign
from worker.store.transaction import SqlStore
from worker.usecases.agents.pace import pace_campaigns

TODAY = date(2026, 11, 23)
USER = UserId(UUID(int=1_101))
DIALLER = {"type": "autodialer", "extras": {**stored_settings().extras, "ratio": 300}}
PACED = PacedCampaign(id=CAMPAIGN, tenant_id=TENANT, carrier_id=CARRIER, zone="Asia/Ho_Chi_Minh", rule=AgentsRule(300))


def an_abandoned(call_id: CallId, *, seconds: int) -> AbandonedCall:
    return AbandonedCall(call_id=call_id, answered_at=NOON, abandoned_at=NOON.add(seconds=seconds))


def test_each_callee_is_counted_once_on_its_tenants_day(store: SqlStore) -> None:
    fill_store(store, stored_settings(**DIALLER))
    leads = add_leads(store, viettel(4))
    served, last, late, unknown = (add_call(store, lead) for lead in leads)
    midnight = NOON.add(hours=12)
    with store.transaction() as tx:
        assert tx.pacing.count_served(served, now=NOON)
        tx.agents.note_connected(served, USER, at=NOON)
        assert not tx.pacing.count_served(served, now=NOON)
        assert tx.pacing.count_abandoned(an_abandoned(last, seconds=2))
        assert tx.pacing.count_served(late, now=midnight)
        assert not tx.pacing.count_abandoned(an_abandoned(CallId(UUID(int=unknown.int + 1)), seconds=1))
    with store.transaction() as tx:
        assert not tx.pacing.count_abandoned(an_abandoned(last, seconds=2))
        assert tx.pacing.count_abandoned(an_abandoned(unknown, seconds=1))

    tomorrow = TODAY + timedelta(days=1)
    with store.reading() as tx:
        assert tx.pacing.counts([CAMPAIGN], since=TODAY) == {
            CAMPAIGN: {TODAY: AnswerCounts(3, 2), tomorrow: AnswerCounts(1, 0)}
        }
        assert tx.pacing.counts([CAMPAIGN], since=tomorrow) == {CAMPAIGN: {tomorrow: AnswerCounts(1, 0)}}
        found = tx.pacing.abandoned(TENANT, start=NOON, end=NOON.add(seconds=3), limit=9)
        assert [one.call_id for one in found] == [unknown, last]
        assert tx.pacing.abandoned(TENANT, start=NOON, end=NOON.add(seconds=2), limit=9) == found[:1]


def test_what_was_learnt_is_read_as_it_was_kept(store: SqlStore) -> None:
    estimates = Estimates().learn(Seen(rings=[Observed(3.0, ANSWERED)]), elapsed=1)
    kept = Learnt(advice=Advice(3, 0.1, Bound.RISK), counted=AnswerCounts(9, 1), until=NOON, estimates=estimates)
    with store.transaction() as tx:
        assert tx.pacing.learnt(CAMPAIGN) is None
        tx.pacing.keep(CAMPAIGN, Learnt(until=NOON))
        tx.pacing.keep(CAMPAIGN, kept)
        tx.pacing.keep_advice(CAMPAIGN, Advice(5, 0.2, Bound.RATIO))

    with store.reading() as tx:
        found = tx.pacing.learnt(CAMPAIGN)
    assert found is not None
    assert (found.advice, found.counted, found.until) == (Advice(5, 0.2, Bound.RATIO), AnswerCounts(9, 1), NOON)
    assert found.estimates.ring == estimates.ring


def test_staffing_counts_agents_calls_and_credit(store: SqlStore) -> None:
    fill_store(store, stored_settings(**DIALLER))
    leads = add_leads(store, viettel(5))
    add_agents(store, an_agent(101), an_agent(102, state=AgentState.TALKING), an_agent(103, leg_id=""))
    states = (CallState.QUEUED, CallState.DIALING, CallState.RINGING, CallState.ANSWERED, CallState.ANSWERED)
    for lead, state in zip(leads, states, strict=True):
        add_call(store, lead, state=state)
    add_answers(store, 70)
    with store.transaction() as tx:
        tx.pacing.keep(CAMPAIGN, Learnt(advice=Advice(1, 0.1, Bound.RISK), until=NOON))

        assert tx.pacing.credit(CAMPAIGN, now=NOON) == 2
        found = tx.pacing.staffing({CAMPAIGN: (AgentsRule(), TODAY)})

    assert found == {CAMPAIGN: Staffing(Lines(1, 2, 2), queued=1, credit=2, advice=Advice(1, 0.1, Bound.RISK))}
    assert found[CAMPAIGN].to_plan().free == 0
    assert (found[CAMPAIGN].to_dial().limit, found[CAMPAIGN].to_dial().in_use) == (3, 4)


def test_what_ended_in_a_period_is_seen_once(store: SqlStore) -> None:
    fill_store(store, stored_settings(**DIALLER))
    first, second, third, early = add_leads(store, viettel(4))
    agent = an_agent(101, state=AgentState.TALKING)
    add_agents(store, agent)
    add_call(store, first, answered_at=NOON.add(seconds=7), dialing_at=NOON, started_at=NOON)
    add_call(
        store,
        second,
        state=CallState.ENDED,
        answered_at=None,
        ended_at=NOON.add(seconds=40),
        dialing_at=NOON,
        started_at=NOON,
    )
    add_call(
        store,
        third,
        state=CallState.ENDED,
        answered_at=NOON.add(seconds=5),
        ended_at=NOON.add(hours=1),
        dialing_at=NOON,
        started_at=NOON,
    )
    add_call(
        store,
        early,
        state=CallState.ENDED,
        answered_at=None,
        ended_at=NOON.subtract(seconds=1),
        dialing_at=NOON,
        started_at=NOON,
    )
    with store.transaction() as tx:
        (talking,) = tx.agents.lock([agent.id])
        wrapping = an_agent(101, state=AgentState.AFTER_CALL, since=NOON.add(seconds=30))
        ready = an_agent(101, since=NOON.add(seconds=42))
        tx.agents.save([AgentChange(talking, wrapping)])
        tx.agents.save([AgentChange(wrapping, ready)])

    with store.reading() as tx:
        seen = tx.pacing.seen(PACED, since=NOON, until=NOON.add(minutes=1))
        later = tx.pacing.seen(PACED, since=NOON.add(minutes=1), until=NOON.add(hours=2))

    assert sorted(seen.rings, key=lambda one: one.seconds) == [
        Observed(5.0, ANSWERED),
        Observed(7.0, ANSWERED),
        Observed(40.0, FAILED),
    ]
    assert (seen.talks, seen.wraps) == ([Observed(30.0, ENDED)], [Observed(12.0, READY_AGAIN)])
    assert later == Seen([], [], [])


def test_pacing_advises_the_planner_and_asks_for_a_plan(store: SqlStore) -> None:
    fill_store(store, stored_settings(**DIALLER))
    add_agents(store, an_agent(101), an_agent(102))
    add_answers(store, 400)
    jobs = FakeJobQueue()

    assert pace_campaigns(store, queue=jobs, now=NOON) == 1
    assert pace_campaigns(store, queue=jobs, now=NOON.add(seconds=11)) == 1

    with store.reading() as tx:
        learnt = tx.pacing.learnt(CAMPAIGN)
        situation = tx.plans.situation(CARRIER, now=NOON)
    assert learnt is not None
    assert learnt.counted == AnswerCounts(400, 0)
    assert learnt.advice.beyond >= 1
    assert situation is not None
    assert situation.staffing[CAMPAIGN].to_plan().limit == 2 + learnt.advice.beyond
    assert CARRIER in jobs.plans


@pytest.mark.parametrize("changed", [{"type": "autocall"}, {"active": False}, {"status": "stop"}])
def test_only_running_campaigns_with_agents_are_paced(store: SqlStore, changed: dict[str, object]) -> None:
    fill_store(store, stored_settings(**{**DIALLER, **changed}))

    with store.reading() as tx:
        assert tx.pacing.running() == []
