"""What a voice process asks of agents."""

from uuid import uuid4

from sqlalchemy import select

from tests.builders import CAMPAIGN, NOON, add_leads, fill_store, stored_settings, viettel
from tests.builders.agents import add_agents, add_call, an_agent
from tests.fakes.jobs import FakeJobQueue
from worker.domain.agents.agent import Agent, AgentState, Leg
from worker.domain.call import CallState
from worker.domain.ids import CallId
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore
from worker.usecases.voice.agents import CallDesk, Offer


def desk(store: SqlStore) -> CallDesk:
    return CallDesk(store=store, queue=FakeJobQueue(), now=lambda: NOON, new_id=uuid4, chance=lambda: 0.0)


def fill(store: SqlStore, *agents: Agent, state: CallState = CallState.ANSWERED) -> CallId:
    fill_store(store, stored_settings(type="autodialer"))
    add_agents(store, *agents)
    (lead,) = add_leads(store, viettel(1))
    return add_call(store, lead, state=state)


def agents_of(store: SqlStore) -> dict[str, AgentState]:
    with store.reading() as tx:
        return {one.extension: one.state for one in tx.agents.all_of(CAMPAIGN)}


def test_callee_and_agent_meet(store: SqlStore) -> None:
    agent = an_agent()
    call_id = fill(store, agent)

    offer = desk(store).reserve(call_id)

    assert (offer, agents_of(store)) == (Offer(agent.id, agent.leg_id), {"101": AgentState.RESERVED})
    assert offer is not None
    desk(store).connected(call_id, offer)
    assert agents_of(store) == {"101": AgentState.TALKING}
    with store.transaction() as tx:
        row = tx.connection.execute(select(calls.c.agent_user_id, calls.c.connected_at)).one()
    assert row == (agent.user_id, NOON)


def test_the_callee_of_a_dead_leg_gets_the_next_agent_and_its_owner_is_gone(store: SqlStore) -> None:
    first, second = an_agent(101), an_agent(102)
    call_id = fill(store, first, second)
    offer = desk(store).reserve(call_id)
    assert offer is not None

    desk(store).failed(call_id, offer)

    assert desk(store).reserve(call_id) == Offer(second.id, second.leg_id)
    assert agents_of(store) == {"102": AgentState.RESERVED}


def test_a_callee_who_has_gone_gives_the_agent_back(store: SqlStore) -> None:
    call_id = fill(store, an_agent())
    offer = desk(store).reserve(call_id)
    assert offer is not None

    desk(store).release(call_id, offer)

    assert agents_of(store) == {"101": AgentState.READY}


def test_an_agent_on_another_switch_or_with_a_phone_that_must_ring_is_not_offered(store: SqlStore) -> None:
    call_id = fill(store, an_agent(101, switch="s2"), an_agent(102, leg=Leg.ON_HOOK, leg_id="", switch=""))

    assert desk(store).reserve(call_id) is None
    assert agents_of(store) == {"101": AgentState.READY, "102": AgentState.READY}


def test_nobody_is_reserved_for_a_call_that_is_over(store: SqlStore) -> None:
    call_id = fill(store, an_agent(), state=CallState.ENDED)

    assert desk(store).reserve(call_id) is None
    assert agents_of(store) == {"101": AgentState.READY}
