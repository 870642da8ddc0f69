"""A callee who answered gets one agent, and every agent one callee."""

from uuid import UUID, uuid4

from sqlalchemy import select

from tests.builders import CAMPAIGN, CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.builders.agents import add_agents, add_call, an_agent
from tests.fakes.jobs import FakeJobQueue
from worker.domain.agents.agent import Agent, AgentState, Leg
from worker.domain.call import HungUp
from worker.domain.hangup import Hangup
from worker.domain.ids import AgentId, CallId
from worker.ports.agents.agents import Census
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore, SqlTransaction
from worker.usecases.agents import connect
from worker.usecases.agents.change import AgentWork
from worker.usecases.dispatch.handle_events import apply_events

LATER = NOON.add(seconds=5)


def work(tx: SqlTransaction, queue: FakeJobQueue | None = None) -> AgentWork:
    return AgentWork(tx=tx, queue=queue or FakeJobQueue(), now=LATER, new_id=uuid4)


def fill(store: SqlStore, *agents: Agent, callees: int = 1, **extras: object) -> list[CallId]:
    fill_store(store, stored_settings(type="autodialer", extras={"wrap_up_seconds": 20} | extras))
    add_agents(store, *agents)
    return [add_call(store, lead) for lead in add_leads(store, viettel(callees))]


def reserve(store: SqlStore, call_id: CallId) -> list[str]:
    with store.transaction() as tx:
        found = connect.reserve(work(tx), call_id=call_id, campaign_id=CAMPAIGN, chance=lambda: 0.0)
    return [agent.extension for agent in found]


def states(store: SqlStore) -> list[AgentState]:
    with store.reading() as tx:
        return [agent.state for agent in tx.agents.all_of(CAMPAIGN)]


def waiting(store: SqlStore) -> int:
    with store.reading() as tx:
        return tx.agents.census([CAMPAIGN]).get(CAMPAIGN, Census()).waiting


def test_each_callee_gets_an_agent_of_its_own_until_nobody_is_free(store: SqlStore) -> None:
    first, second, third = fill(store, an_agent(101), an_agent(102, since=LATER), callees=3)

    got = [reserve(store, call_id) for call_id in (first, second, third)]

    assert (got, waiting(store)) == ([["101"], ["102"], []], 1)
    assert reserve(store, first) == ["101"], "a repeated request gets the same agent"


def test_round_robin_remembers_who_was_served(store: SqlStore) -> None:
    calls_ = fill(store, an_agent(101), an_agent(102), callees=2, call_center_queue_strategy="round-robin")
    reserve(store, calls_[0])
    with store.transaction() as tx:
        connect.not_connected(work(tx), call_id=calls_[0], agent_ids=[an_agent(101).id], answered=True)

    assert reserve(store, calls_[1]) == ["102"]


def test_the_end_of_a_call_gives_its_agent_the_time_to_write_it_up(store: SqlStore) -> None:
    (call_id,) = fill(store, an_agent(101))
    reserve(store, call_id)
    with store.transaction() as tx:
        assert connect.connected(work(tx), call_id=call_id, agent_id=an_agent(101).id)
        assert not connect.connected(work(tx), call_id=call_id, agent_id=an_agent(102).id)
    end = Hangup(cause="NORMAL_CLEARING", answered=True)
    told = HungUp(call_id, end, started_at=NOON, ended_at=LATER, answered_at=NOON)

    with store.transaction() as tx:
        apply_events(tx, queue=FakeJobQueue(), events=[told], now=LATER, new_id=uuid4)

    with store.reading() as tx:
        (agent,) = tx.agents.all_of(CAMPAIGN)
        row = tx.connection.execute(select(calls).where(calls.c.id == call_id)).one()
    assert (agent.state, agent.wrap_until, agent.calls_taken) == (AgentState.AFTER_CALL, LATER.add(seconds=20), 1)
    assert (row.agent_user_id, row.connected_at) == (agent.user_id, LATER)


def test_with_ring_all_the_first_to_answer_talks_and_the_others_are_ready_again(store: SqlStore) -> None:
    phones = [an_agent(number, leg=Leg.ON_HOOK, leg_id="") for number in (101, 102, 103)]
    (call_id,) = fill(store, *phones, call_center_queue_strategy="ring-all")
    queue = FakeJobQueue()

    assert reserve(store, call_id) == ["101", "102", "103"]
    with store.transaction() as tx:
        connect.connected(work(tx, queue), call_id=call_id, agent_id=phones[1].id)

    assert states(store) == [AgentState.READY, AgentState.TALKING, AgentState.READY]
    assert queue.plans == [CARRIER]


def test_a_phone_that_is_not_answered_pauses_its_agent_and_the_callee_waits_again(store: SqlStore) -> None:
    (call_id,) = fill(store, an_agent(101, leg=Leg.ON_HOOK, leg_id=""), an_agent(102, since=LATER))
    reserve(store, call_id)
    assert waiting(store) == 0

    with store.transaction() as tx:
        connect.not_connected(work(tx), call_id=call_id, agent_ids=[an_agent(101).id], answered=False)

    assert (states(store), waiting(store)) == ([AgentState.PAUSED, AgentState.READY], 1)
    assert reserve(store, call_id) == ["102"]


def test_a_lost_leg_ends_the_session_and_its_callee_gets_the_next_agent(store: SqlStore) -> None:
    (call_id,) = fill(store, an_agent(101), an_agent(102, since=LATER))
    reserve(store, call_id)

    with store.transaction() as tx:
        change = connect.leg_died(work(tx), leg_id="leg of 101")
        assert connect.leg_died(work(tx), leg_id="nobody's") is None

    assert change is not None
    assert (change.before.call_id, change.after.state) == (call_id, AgentState.GONE)
    assert reserve(store, call_id) == ["102"]


def test_an_agent_is_free_once_the_leg_is_up(store: SqlStore) -> None:
    (call_id,) = fill(store, an_agent(101, leg_id="", switch=""))
    queue = FakeJobQueue()
    assert reserve(store, call_id) == []

    with store.transaction() as tx:
        assert connect.leg_up(work(tx, queue), agent_id=an_agent(101).id, leg_id="new", switch="s2")
        assert not connect.leg_up(work(tx), agent_id=AgentId(UUID(int=1)), leg_id="new", switch="s2")

    assert (queue.plans, reserve(store, call_id)) == ([CARRIER], ["101"])
