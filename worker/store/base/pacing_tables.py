"""The tables behind the pacing of agents' campaigns: answers by day, abandoned calls, and what was learnt."""

from typing import Final

from sqlalchemy import Column, Date, Float, Index, Integer, String, Table, Uuid

from worker.domain.agents.dialling import Bound
from worker.store.base.columns import Choice, Instant, json_type
from worker.store.base.schema import metadata

agent_counts: Final = Table(
    "agent_counts",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),  # no foreign key: the counts are evidence, and outlive a campaign
    Column("day", Date, primary_key=True),  # in the tenant's zone
    Column("tenant_id", Uuid, nullable=False),
    Column("answered", Integer, nullable=False),  # served and abandoned
    Column("abandoned", Integer, nullable=False),
)

abandoned_calls: Final = Table(
    "abandoned_calls",
    metadata,
    Column("call_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("tenant_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("answered_at", Instant, nullable=False),
    Column("abandoned_at", Instant, nullable=False),
    Column("reason", String, nullable=False),  # why no agent came: none was ready, or the agent vanished
)
Index("ix_abandoned_calls_tenant_id_abandoned_at", abandoned_calls.c.tenant_id, abandoned_calls.c.abandoned_at)

agent_pacing: Final = Table(
    "agent_pacing",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("beyond", Integer, nullable=False),  # calls that are advised beyond the ready agents
    Column("price", Float, nullable=False),  # of a risk; the integral controller moves it
    Column("bound", Choice(Bound), nullable=False),  # what keeps it from being one more
    Column("answered", Integer, nullable=False),  # counts by which the price was moved already
    Column("abandoned", Integer, nullable=False),
    Column("learnt_until", Instant, nullable=False),
    Column("estimates", json_type(), nullable=False),
)
