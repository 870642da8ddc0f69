"""Port for the pacing of agents' campaigns: what was answered and abandoned, what happens now, what was learnt."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from pendulum import DateTime

from worker.domain.agents.credit import AnswerCounts
from worker.domain.agents.estimates import Estimates, Seen
from worker.domain.agents.risk import AgentsNow
from worker.domain.agents.staffing import NO_ADVICE, Advice, Staffing
from worker.domain.agents_rule import AgentsRule
from worker.domain.ids import CallId, CampaignId, CarrierId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonedCall:
    """An abandoned call, as an inspector asks for it."""

    call_id: CallId
    answered_at: DateTime
    abandoned_at: DateTime
    reason: str = ""
    """Why no agent came, in a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacedCampaign:
    """A campaign that is paced: started, active, with agents."""

    id: CampaignId
    tenant_id: TenantId
    carrier_id: CarrierId
    zone: str
    rule: AgentsRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What pacing keeps of a campaign from one second to the next."""

    advice: Advice = NO_ADVICE
    counted: AnswerCounts = field(default_factory=AnswerCounts)
    """Answers of the window by which the price was moved already."""
    until: DateTime
    """Ends of calls and of agents' states before this time are in the estimates."""
    estimates: Estimates = field(default_factory=Estimates)


class Pacing(Protocol):
    """Counts and estimates. Each count is written in the transaction that serves or abandons the call."""

    def count_served(self, call_id: CallId, *, now: DateTime) -> bool:
        """Count a callee who is about to be noted as connected; False when the call was connected before."""

    def count_abandoned(self, call: AbandonedCall) -> bool:
        """Count and keep a callee for whom no agent came; False when the call was counted before."""

    def credit(self, campaign_id: CampaignId, *, now: DateTime) -> int:
        """Return how many callees of the campaign may still be abandoned."""

    def counts(
        self, campaign_ids: Collection[CampaignId], *, since: date
    ) -> dict[CampaignId, dict[date, AnswerCounts]]:
        """Return the counts by day of each campaign that has some."""

    def abandoned(self, tenant_id: TenantId, *, start: DateTime, end: DateTime, limit: int) -> list[AbandonedCall]:
        """Return the tenant's abandoned calls in [start, end), oldest first."""

    def staffing(self, asked: Mapping[CampaignId, tuple[AgentsRule, date]]) -> dict[CampaignId, Staffing]:
        """Return the agents, calls and credit of campaigns, each on its tenant's present day."""

    def running(self) -> list[PacedCampaign]:
        """Return the campaigns that are paced now."""

    def now_of(self, campaign_id: CampaignId, *, now: DateTime) -> tuple[AgentsNow, int]:
        """Return a campaign's agents and calls with their ages, and how many of the calls are queued."""

    def seen(self, campaign: PacedCampaign, *, since: DateTime, until: DateTime) -> Seen:
        """Return what ended in [since, until): ringing, conversations, work after calls."""

    def learnt(self, campaign_id: CampaignId) -> Learnt | None:
        """Return what is kept of a campaign; None before the first time."""

    def keep(self, campaign_id: CampaignId, learnt: Learnt) -> None:
        """Replace what is kept."""

    def keep_advice(self, campaign_id: CampaignId, advice: Advice) -> None:
        """Replace the advice only."""
