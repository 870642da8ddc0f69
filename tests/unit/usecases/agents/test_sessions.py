"""Agents log in where they may, and leave when nobody counts on them."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from pendulum import DateTime
from sqlalchemy import insert, select, update

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.builders.agents import a_user, add_agents, add_call, add_people, an_agent, an_extension
from tests.fakes.jobs import FakeJobQueue
from worker.domain.agents.agent import Agent, AgentState, Leg, Wish
from worker.domain.agents.people import Group
from worker.domain.call import CallState
from worker.domain.callback_event import CallbackEvent
from worker.domain.errors import Conflict, Invalid, NotFound
from worker.domain.ids import GroupId, TenantId
from worker.store.base.callback_tables import deliveries, event_subscriptions
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore
from worker.usecases.agents.sessions import Desk, Who, log_in, log_out, pause, resume
from worker.usecases.agents.settle_agents import settle_agents

WHO = Who(tenant_id=TENANT, extension="101")
LATER = NOON.add(seconds=5)


def desk(store: SqlStore, *, now: DateTime = LATER, queue: FakeJobQueue | None = None) -> Desk:
    return Desk(store=store, queue=queue or FakeJobQueue(), now=now, new_id=uuid4)


def fill(store: SqlStore, *agents: Agent, **extras: Any) -> None:
    fill_store(store, stored_settings(type="autodialer", extras=extras))
    add_agents(store, *agents)


def test_a_log_in_starts_a_paused_session_and_resume_makes_ready(store: SqlStore) -> None:
    fill(store)
    add_people(store, 101)
    queue = FakeJobQueue()

    began = log_in(desk(store), WHO, campaign_id=CAMPAIGN, leg=Leg.ON_HOOK)
    ready = resume(desk(store, now=LATER.add(seconds=1), queue=queue), WHO)

    assert (began.state, began.extension, began.logged_in_at) == (AgentState.PAUSED, "101", LATER)
    assert (ready.state, ready.since, queue.plans) == (AgentState.READY, LATER.add(seconds=1), [CARRIER])
    with pytest.raises(Conflict, match="user is already logged in"):
        log_in(desk(store), WHO, campaign_id=CAMPAIGN)


def test_who_logged_out_can_log_in_again(store: SqlStore) -> None:
    fill(store, an_agent(state=AgentState.PAUSED, calls_taken=3))

    gone = log_out(desk(store), WHO)
    again = log_in(desk(store), WHO, campaign_id=CAMPAIGN)

    assert (gone.state, again.state, again.id, again.calls_taken) == (AgentState.GONE, AgentState.PAUSED, gone.id, 0)
    with pytest.raises(NotFound):
        pause(desk(store), Who(tenant_id=TENANT, extension="999"))


@pytest.mark.parametrize(
    ("settings", "extras"),
    [
        ({"type": "autocall"}, {}),
        ({}, {"users": [str(a_user(102).id)]}),
        ({}, {"groups": [str(UUID(int=50))]}),
        ({"tenant_id": TENANT, "campaign_uuid": CAMPAIGN}, {"users": [{"user_uuid": str(uuid4())}]}),
    ],
)
def test_nobody_serves_a_campaign_of_others(store: SqlStore, settings: dict[str, Any], extras: dict[str, Any]) -> None:
    fill_store(store, stored_settings(**({"type": "autodialer"} | settings), extras=extras))
    add_people(store, 101)

    with pytest.raises(Invalid, match="campaign_uuid is invalid"):
        log_in(desk(store), WHO, campaign_id=CAMPAIGN)


def test_a_member_of_a_named_group_serves_the_campaign(store: SqlStore) -> None:
    fill(store, users=[str(uuid4())])
    add_people(store, 101)
    with store.transaction() as tx:
        tx.groups.insert(Group(id=GroupId(UUID(int=50)), tenant_id=TENANT, name="sales", created_at=NOON))
        tx.groups.set_users(GroupId(UUID(int=50)), [a_user(101).id])
        tx.groups.set_campaigns(GroupId(UUID(int=50)), [CAMPAIGN])

    assert log_in(desk(store), WHO, campaign_id=CAMPAIGN).campaign_id == CAMPAIGN


def test_an_extension_that_cannot_be_used_is_refused(store: SqlStore) -> None:
    fill(store)
    add_people(store, 101)

    with pytest.raises(NotFound, match="Extension not found"):
        log_in(desk(store), Who(tenant_id=TenantId(UUID(int=9)), extension="101"), campaign_id=CAMPAIGN)
    with pytest.raises(Invalid, match="user_uuid or extension is missing"):
        resume(desk(store), Who(tenant_id=TENANT))
    with store.transaction() as tx:
        tx.extensions.save(an_extension(101, user_id=None))
    with pytest.raises(Invalid, match="no active user"):
        log_in(desk(store), WHO, campaign_id=CAMPAIGN)


def test_another_tenants_agent_is_not_found(store: SqlStore) -> None:
    fill(store, an_agent())

    other = TenantId(UUID(int=9))
    for who in (Who(tenant_id=other, extension="101"), Who(tenant_id=other, user_id=an_agent().user_id)):
        with pytest.raises(NotFound):
            pause(desk(store), who)


def test_a_pause_waits_while_a_ringing_call_counts_on_the_agent(store: SqlStore) -> None:
    fill(store, an_agent(101), an_agent(102))
    ringing = [add_call(store, lead, state=CallState.RINGING) for lead in add_leads(store, viettel(2))]

    asked = pause(desk(store), WHO, code="lunch")

    assert (asked.state, asked.pause_wanted, asked.pause_code) == (AgentState.READY, True, "lunch")
    assert settle_agents(desk(store)) == 0
    with store.transaction() as tx:
        tx.connection.execute(update(calls).where(calls.c.id == ringing[0]).values(state=CallState.ENDED))
    assert settle_agents(desk(store)) == 1
    with store.reading() as tx:
        assert [agent.state for agent in tx.agents.all_of(CAMPAIGN)] == [AgentState.PAUSED, AgentState.READY]


def test_a_log_out_that_waited_is_granted_by_the_tick(store: SqlStore) -> None:
    fill(store, an_agent(101, wish=Wish.LOG_OUT))

    assert settle_agents(desk(store)) == 1
    with store.reading() as tx:
        assert tx.agents.of_tenant(TENANT) == []


def test_after_call_work_and_missed_ends_are_settled_by_the_tick(store: SqlStore) -> None:
    fill(store, wrap_up_seconds=20)
    first, second = add_leads(store, viettel(2))
    up, over = add_call(store, first), add_call(store, second, state=CallState.ENDED)
    add_agents(
        store,
        an_agent(101, state=AgentState.AFTER_CALL, call_id=over, wrap_until=LATER),
        an_agent(102, state=AgentState.TALKING, call_id=over),
        an_agent(103, state=AgentState.RESERVED, call_id=over),
        an_agent(104, state=AgentState.TALKING, call_id=up),
    )
    queue = FakeJobQueue()

    assert settle_agents(desk(store, queue=queue)) == 3
    assert settle_agents(desk(store, queue=queue)) == 0

    with store.reading() as tx:
        found = tx.agents.all_of(CAMPAIGN)
    assert [agent.state for agent in found] == [
        AgentState.READY, AgentState.AFTER_CALL, AgentState.READY, AgentState.TALKING,
    ]  # fmt: skip
    assert (found[1].wrap_until, queue.plans) == (LATER.add(seconds=20), [CARRIER])


def test_every_change_of_state_is_an_event_for_subscriptions(store: SqlStore) -> None:
    fill(store, an_agent(101))
    wanted = {"event": CallbackEvent.AGENT_STATE, "url": "http://crm.example/agents", "apikey": ""}
    with store.transaction() as tx:
        tx.connection.execute(
            insert(event_subscriptions).values(id=uuid4(), tenant_id=TENANT, created_at=NOON, **wanted)
        )

    pause(desk(store), WHO, code="lunch")
    pause(desk(store), WHO, code="tea")

    with store.reading() as tx:
        (body,) = tx.connection.scalars(select(deliveries.c.body))
    told = json.loads(body)
    assert told["event_time"] == "2026-11-23T12:00:05.000000+07:00"
    assert {key: told[key] for key in ("state", "agent_state", "agent_state_before", "pause_code", "username")} == {
        "state": "agent_state", "agent_state": "paused", "agent_state_before": "ready", "pause_code": "lunch",
        "username": "agent-101",
    }  # fmt: skip
