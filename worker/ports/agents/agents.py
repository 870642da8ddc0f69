"""Ports for agents' rows, and for the time in which they had each state."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.agents.agent import Agent
from worker.domain.agents.service import Service
from worker.domain.agents.worked_time import Interval
from worker.domain.ids import AgentId, CallId, CampaignId, CarrierId, GroupId, TenantId, UserId


@dataclass(frozen=True, slots=True)
class AgentChange:
    """An agent's row before and after an act."""

    before: Agent
    after: Agent


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedCampaign:
    """A campaign as its agents need it."""

    id: CampaignId
    tenant_id: TenantId
    domain: str
    """The tenant's name."""
    zone: str
    carrier_id: CarrierId | None
    name: str
    type: str
    active: bool
    is_deleted: bool
    service: Service
    assigned_groups: frozenset[GroupId]
    """Groups that name the campaign; those that the campaign names are in ``service``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The agents and the calls of a campaign at one moment."""

    ready: int = 0
    """Agents to whom a callee can be connected now."""
    leaving: int = 0
    """Those of them who want to pause or log out."""
    reserved: int = 0
    talking: int = 0
    after_call: int = 0
    paused: int = 0
    ringing: int = 0
    """Calls that are on a switch, or are being sent to it, and that nobody has answered."""
    waiting: int = 0
    """Callees who answered and for whom no agent has been reserved."""


class Agents(Protocol):
    """Agents' rows. A row is locked before it changes; rows are locked in the order of their ids, after call rows."""

    def lock_campaign(self, campaign_id: CampaignId) -> None:
        """Lock the campaign's row, so that no dial of the campaign is judged meanwhile; before any call or agent."""

    def lock_queue(self, campaign_id: CampaignId) -> None:
        """Wait for the right to choose among the campaign's agents; before any of their rows is locked."""

    def lock(self, agent_ids: Collection[AgentId]) -> list[Agent]:
        """Lock and return the agents, in id order."""

    def lock_ready(self, campaign_id: CampaignId) -> list[Agent]:
        """Lock and return the campaign's ready agents, in id order; some may still have no leg."""

    def lock_of_calls(self, call_ids: Collection[CallId]) -> list[Agent]:
        """Lock and return the agents who are reserved for the calls or talk in them, in id order."""

    def lock_at_leg(self, leg_id: str) -> Agent | None:
        """Lock and return the agent whose leg this is."""

    def lock_at_extension(self, tenant_id: TenantId, extension: str) -> Agent | None:
        """Lock and return the agent who is logged in at the extension."""

    def lock_user(self, user_id: UserId) -> Agent | None:
        """Lock and return the user's agent, logged in or not."""

    def insert(self, agent: Agent) -> bool:
        """Add the agent of a user who never logged in; False when another transaction has added it."""

    def save(self, changes: Sequence[AgentChange]) -> None:
        """Write locked rows, and the interval that each change of state has ended."""

    def note_reserved(self, call_id: CallId, user_id: UserId | None) -> None:
        """Write on the call's row for whom it is; None: it waits again."""

    def note_connected(self, call_id: CallId, user_id: UserId, *, at: DateTime) -> None:
        """Write on the call's row who talks with the callee, and since when."""

    def served_campaigns(self, campaign_ids: Collection[CampaignId]) -> Mapping[CampaignId, ServedCampaign]:
        """Return campaigns by id, deleted ones included."""

    def campaigns_of(self, tenant_id: TenantId, *, types: Collection[str]) -> list[ServedCampaign]:
        """Return the tenant's campaigns of these types, by name; deleted ones are left out."""

    def live_calls(self, call_ids: Collection[CallId]) -> set[CallId]:
        """Return those of the calls that a switch has, or is being sent."""

    def at_extension(self, tenant_id: TenantId, extension: str) -> Agent | None:
        """Return the agent who is logged in at the extension, without a lock."""

    def all_of(self, campaign_id: CampaignId) -> list[Agent]:
        """Return the campaign's agents who are logged in, without a lock, in id order."""

    def of_tenant(self, tenant_id: TenantId) -> list[Agent]:
        """Return the tenant's agents who are logged in, without a lock; the longest logged in first."""

    def of_users(self, user_ids: Collection[UserId]) -> list[Agent]:
        """Return the agents of users, logged in or not, without a lock."""

    def with_legs_on(self, switch: str) -> list[Agent]:
        """Return the agents whose leg is on the switch, without a lock."""

    def due(self, *, now: DateTime, limit: int) -> list[AgentId]:
        """Return agents whose after-call work is over, whose call is over, or who are free and want to leave."""

    def census(self, campaign_ids: Collection[CampaignId]) -> Mapping[CampaignId, Census]:
        """Count the agents and calls of campaigns, all in one statement; a campaign without any is left out."""

    def intervals(self, tenant_id: TenantId, *, start: DateTime, end: DateTime, now: DateTime) -> list[Interval]:
        """Return the intervals that overlap [start, end), with those that still last cut at ``now``."""
