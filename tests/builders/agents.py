"""Agents and the people behind them, for tests."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, list_of
from worker.domain.agents.agent import Agent, AgentState
from worker.domain.agents.people import Extension, User
from worker.domain.call import CallState
from worker.domain.ids import AgentId, CallId, CampaignId, ExtensionId, LeadId, TenantId, UserId
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.store.base.pacing_tables import agent_counts
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore

LEG = "leg of {}"


def an_agent(number: int = 101, /, **changed: Any) -> Agent:
    """Make a ready off-hook agent at an extension, with a leg."""
    given: dict[str, Any] = {
        "id": AgentId(UUID(int=3_000 + number)),
        "tenant_id": TENANT,
        "user_id": UserId(UUID(int=1_000 + number)),
        "campaign_id": CAMPAIGN,
        "extension": str(number),
        "state": AgentState.READY,
        "since": NOON,
        "logged_in_at": NOON,
        "leg_id": LEG.format(number),
        "switch": "s1",
    }
    return Agent(**(given | changed))


def a_user(number: int = 101, /, **changed: Any) -> User:
    """Make the user of an extension."""
    given: dict[str, Any] = {
        "id": UserId(UUID(int=1_000 + number)),
        "tenant_id": TENANT,
        "username": f"agent-{number}",
        "created_at": NOON,
    }
    return User(**(given | changed))


def an_extension(number: int = 101, /, **changed: Any) -> Extension:
    """Make an extension with its user."""
    given: dict[str, Any] = {
        "id": ExtensionId(UUID(int=2_000 + number)),
        "tenant_id": TENANT,
        "number": str(number),
        "user_id": UserId(UUID(int=1_000 + number)),
        "created_at": NOON,
    }
    return Extension(**(given | changed))


def add_people(store: SqlStore, *numbers: int, tenant_id: TenantId = TENANT) -> None:
    """Store users and their extensions."""
    with store.transaction() as tx:
        for number in numbers:
            tx.users.insert(a_user(number, tenant_id=tenant_id))
            tx.extensions.insert(an_extension(number, tenant_id=tenant_id))


def add_agents(store: SqlStore, *agents: Agent) -> None:
    """Store agents, with their users and extensions."""
    add_people(store, *(int(agent.extension) for agent in agents))
    with store.transaction() as tx:
        for agent in agents:
            assert tx.agents.insert(agent)


def add_call(
    store: SqlStore,
    lead_id: LeadId,
    *,
    state: CallState = CallState.ANSWERED,
    campaign_id: CampaignId = CAMPAIGN,
    **changed: Any,
) -> CallId:
    """Store a call of a lead."""
    call_id = CallId(UUID(int=lead_id.int + 1))
    row = {
        "id": call_id, "tenant_id": TENANT, "campaign_id": campaign_id, "carrier_id": CARRIER, "lead_id": lead_id,
        "list_id": list_of(campaign_id), "revision": 1, "attempt": 1, "stage_before": Stage.NEW, "phone": "0981000000",
        "network": Network.VIETTEL, "ref_id": "", "state": state, "queued_at": NOON, "resend_at": NOON, "refusals": 0,
        "switch": "s1", "caller_id": "", "dialing_at": NOON, "answered_at": NOON, "cause": "", "sip_call_id": "",
        "hangup_disposition": "",
    }  # fmt: skip
    with store.transaction() as tx:
        tx.connection.execute(insert(calls).values(row | changed))
    return call_id


def add_answers(store: SqlStore, served: int, *, day: date = NOON.date()) -> None:  # noqa: B008 - it never changes
    """Let the campaign have served so many callees on a day."""
    row = {"campaign_id": CAMPAIGN, "tenant_id": TENANT, "day": day, "answered": served, "abandoned": 0}
    with store.transaction() as tx:
        tx.connection.execute(insert(agent_counts).values(row))
