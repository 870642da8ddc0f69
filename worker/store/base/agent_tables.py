"""The tables of agents, and of the users, groups and extensions behind them."""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from uuid_utils.compat import uuid7

from worker.domain.agents.agent import AgentState, Leg, Wish
from worker.store.base.columns import Choice, Instant, id_column, json_type, reference
from worker.store.base.schema import metadata, partial_index

users: Final = Table(
    "users",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    Column("username", String, nullable=False),
    Column("email", String, nullable=False),
    Column("level", String, nullable=False),
    Column("role_uuid", String, nullable=False),
    Column("first_name", String, nullable=False),
    Column("middle_name", String, nullable=False),
    Column("last_name", String, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("enable_webrtc", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "username"),
)

user_groups: Final = Table(
    "user_groups",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    Column("name", String, nullable=False),
    Column("description", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("department_uuid", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "name"),
)

group_members: Final = Table(
    "group_members",
    metadata,
    Column("group_id", Uuid, ForeignKey("user_groups.id"), primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True, index=True),
)

group_campaigns: Final = Table(
    "group_campaigns",
    metadata,
    Column("group_id", Uuid, ForeignKey("user_groups.id"), primary_key=True),
    Column("campaign_id", Uuid, ForeignKey("campaigns.id"), primary_key=True, index=True),
)

extensions: Final = Table(
    "extensions",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    Column("number", String, nullable=False),
    reference("user_id", "users.id", nullable=True, index=True),
    Column("enabled", Boolean, nullable=False),
    Column("is_link_call_center", Boolean, nullable=False),
    Column("follow_me", json_type(), nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "number"),
)

agents: Final = Table(
    "agents",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, unique=True),
    reference("campaign_id", "campaigns.id"),
    Column("extension", String, nullable=False),
    Column("state", Choice(AgentState), nullable=False),
    Column("since", Instant, nullable=False),
    Column("logged_in_at", Instant, nullable=False),
    Column("leg", Choice(Leg), nullable=False),
    Column("leg_id", String, nullable=False),
    Column("switch", String, nullable=False),
    Column("call_id", Uuid),  # reserved for it, talking in it, or writing it up
    Column("wrap_until", Instant),  # null: only the agent ends the after-call work
    Column("wish", Choice(Wish)),  # granted at the end of the call
    Column("pause_code", String, nullable=False),
    Column("offered_at", Instant),
    Column("last_call_ended_at", Instant),
    Column("calls_taken", Integer, nullable=False),
)
_LOGGED_IN: Final = text("state <> 'gone'")
partial_index("uq_agents_tenant_id_extension", agents.c.tenant_id, agents.c.extension, where=_LOGGED_IN, unique=True)
partial_index("ix_agents_campaign_id", agents.c.campaign_id, agents.c.state, where=_LOGGED_IN)
partial_index("uq_agents_talking", agents.c.call_id, where=text("state = 'talking'"), unique=True)
partial_index("ix_agents_call_id", agents.c.call_id, where=text("call_id IS NOT NULL"))
partial_index("ix_agents_leg_id", agents.c.leg_id, where=text("leg_id <> ''"))

agent_states: Final = Table(
    "agent_states",
    metadata,
    Column("id", Uuid, primary_key=True, default=uuid7),
    reference("tenant_id", "tenants.id"),
    reference("user_id", "users.id"),
    Column("campaign_id", Uuid, nullable=False),
    Column("state", Choice(AgentState), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("pause_code", String, nullable=False),
    Column("call_id", Uuid),
)
"""Intervals in which an agent had a state; the one that lasts is the agent's row itself."""
Index("ix_agent_states_tenant_id_until", agent_states.c.tenant_id, agent_states.c.until)
