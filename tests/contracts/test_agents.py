"""Agents' rows: nobody gets two callees, nobody's time is lost, tenants are apart."""

from uuid import UUID

import pytest
from pendulum import Duration
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.builders import CAMPAIGN, HANOI, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.builders.agents import add_agents, add_call, add_people, an_agent
from worker.domain.agents.acts import Act, EndCall, Pause, Reserve, Talk
from worker.domain.agents.agent import Agent, AgentState, Leg, Wish
from worker.domain.agents.life import step
from worker.domain.agents.service import Service
from worker.domain.agents.strategy import Strategy
from worker.domain.agents.worked_time import WorkedTime, worked_times
from worker.domain.call import CallState
from worker.domain.ids import CallId, TenantId
from worker.ports.agents.agents import AgentChange, Census
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore

CALL = CallId(UUID(int=77))
DIALLER = {"type": "autodialer", "extras": {"call_center_queue_strategy": "top-down", "users": None, "groups": None}}


def act(store: SqlStore, agent: Agent, *acts: Act, seconds: int = 10) -> Agent:
    """Let acts happen to a stored agent, so many seconds apart."""
    with store.transaction() as tx:
        (now_is,) = tx.agents.lock([agent.id])
        for number, one in enumerate(acts, 1):
            changed = step(now_is, one, now=NOON.add(seconds=number * seconds))
            assert changed is not None
            tx.agents.save([AgentChange(now_is, changed)])
            now_is = changed
    return now_is


def test_an_agent_is_read_as_it_was_written(store: SqlStore) -> None:
    fill_store(store)
    full = an_agent(
        state=AgentState.AFTER_CALL, leg=Leg.ON_HOOK, call_id=CALL, wrap_until=NOON.add(seconds=9), wish=Wish.PAUSE,
        pause_code="lunch", offered_at=NOON, last_call_ended_at=NOON, calls_taken=4,
    )  # fmt: skip

    add_agents(store, full, an_agent(102))

    with store.transaction() as tx:
        assert tx.agents.lock([full.id]) == [full]
        assert tx.agents.all_of(CAMPAIGN) == [full, an_agent(102)]
        assert tx.agents.lock_user(full.user_id) == full
        assert tx.agents.of_users([full.user_id]) == [full]
        assert tx.agents.lock_at_extension(TENANT, "102") == tx.agents.lock_at_leg("leg of 102") == an_agent(102)
        assert tx.agents.at_extension(TENANT, "102") == an_agent(102)
        assert tx.agents.lock_ready(CAMPAIGN) == [an_agent(102)]
        assert tx.agents.with_legs_on("s1") == [full, an_agent(102)]
        assert tx.agents.insert(full) is False


def test_states_that_ended_are_kept_and_the_lasting_one_counts_until_now(store: SqlStore) -> None:
    fill_store(store)
    agent = an_agent()
    add_agents(store, agent)

    act(store, agent, Reserve(CALL), Talk(CALL), EndCall(CALL, Duration(seconds=60)), Pause("lunch"))

    with store.reading() as tx:
        found = tx.agents.intervals(TENANT, start=NOON, end=NOON.add(hours=1), now=NOON.add(seconds=45))
        assert tx.agents.intervals(TENANT, start=NOON.add(days=1), end=NOON.add(days=2), now=NOON) == []
    assert [one.pause_code for one in found if one.state is AgentState.PAUSED] == ["lunch"]
    assert worked_times(found, start=NOON, end=NOON.add(hours=1)) == {
        agent.user_id: WorkedTime(
            pause=5, wait=20, talk=10, dispo=10, earliest=NOON, latest=NOON.add(seconds=45)
        )
    }  # fmt: skip


def test_no_callee_talks_with_two_agents(store: SqlStore) -> None:
    fill_store(store)
    first, second = (an_agent(number, state=AgentState.RESERVED, call_id=CALL) for number in (101, 102))
    add_agents(store, first, second)
    act(store, first, Talk(CALL))

    with pytest.raises(IntegrityError):
        act(store, second, Talk(CALL))


def test_two_agents_cannot_be_logged_in_at_one_extension(store: SqlStore) -> None:
    fill_store(store)
    add_agents(store, an_agent(101), an_agent(102, state=AgentState.GONE))
    add_people(store, 103)

    with store.transaction() as tx:
        assert tx.agents.insert(an_agent(103, extension="101")) is False
        assert tx.agents.insert(an_agent(103, extension="102")) is True


def test_agents_and_calls_of_a_campaign_are_counted_together(store: SqlStore) -> None:
    fill_store(store)
    leads = add_leads(store, viettel(5))
    talking = add_call(store, leads[0])
    add_call(store, leads[1])
    add_call(store, leads[2], state=CallState.RINGING)
    add_call(store, leads[3], state=CallState.DIALING)
    add_call(store, leads[4], state=CallState.ENDED)
    agents = [
        an_agent(101),
        an_agent(102, wish=Wish.PAUSE),
        an_agent(103, leg_id=""),
        an_agent(104, state=AgentState.PAUSED),
        an_agent(105, state=AgentState.GONE),
        an_agent(106, state=AgentState.TALKING, call_id=talking),
        an_agent(107, state=AgentState.AFTER_CALL, call_id=CALL),
    ]
    add_agents(store, *agents)
    with store.transaction() as tx:
        tx.agents.note_reserved(talking, agents[5].user_id)
        tx.agents.note_connected(talking, agents[5].user_id, at=NOON)

    with store.reading() as tx:
        census = tx.agents.census([CAMPAIGN])
        row = tx.connection.execute(select(calls).where(calls.c.id == talking)).one()
    counted = Census(ready=2, leaving=1, talking=1, after_call=1, paused=1, ringing=2, waiting=1)
    assert (census, row.agent_user_id, row.connected_at) == ({CAMPAIGN: counted}, agents[5].user_id, NOON)


def test_agents_are_due_when_their_time_or_their_call_is_over(store: SqlStore) -> None:
    fill_store(store)
    leads = add_leads(store, viettel(2))
    up, over = add_call(store, leads[0]), add_call(store, leads[1], state=CallState.ENDED)
    due = [
        an_agent(101, state=AgentState.AFTER_CALL, call_id=over, wrap_until=NOON),
        an_agent(102, state=AgentState.RESERVED, call_id=over),
        an_agent(103, state=AgentState.TALKING, call_id=CALL),
        an_agent(104, wish=Wish.PAUSE),
    ]
    others = [
        an_agent(105, state=AgentState.AFTER_CALL, call_id=over, wrap_until=NOON.add(seconds=1)),
        an_agent(106, state=AgentState.AFTER_CALL, call_id=over),
        an_agent(107, state=AgentState.TALKING, call_id=up, wish=Wish.PAUSE),
        an_agent(108),
    ]
    add_agents(store, *due, *others)

    with store.transaction() as tx:
        assert set(tx.agents.due(now=NOON, limit=9)) == {agent.id for agent in due}
        assert tx.agents.lock_of_calls([up, over]) == [due[1], others[2]]
        assert tx.agents.live_calls([up, over]) == {up}


def test_a_campaign_says_how_it_is_served(store: SqlStore) -> None:
    fill_store(store, stored_settings(**DIALLER))

    with store.transaction() as tx:
        tx.agents.lock_queue(CAMPAIGN)
        tx.agents.lock_campaign(CAMPAIGN)
        found = tx.agents.served_campaigns([CAMPAIGN])[CAMPAIGN]
        dialled = tx.agents.campaigns_of(TENANT, types=["autodialer"])
        others = tx.agents.campaigns_of(TENANT, types=["manual"])

    assert (found.type, found.service) == ("autodialer", Service(strategy=Strategy.TOP_DOWN))
    assert (found.domain, found.zone, dialled, others) == ("default", HANOI, [found], [])


def test_another_tenants_extension_is_not_found(store: SqlStore) -> None:
    fill_store(store)
    add_agents(store, an_agent())

    with store.transaction() as tx:
        other = TenantId(UUID(int=99))
        assert tx.agents.lock_at_extension(other, "101") is None
        assert tx.agents.of_tenant(other) == []
        assert tx.agents.of_tenant(TENANT) == [an_agent()]
