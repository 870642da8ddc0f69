"""The port for the operators' page: all campaigns of a tenant at once, in few statements."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pendulum import DateTime

from worker.domain.call import CallState, Outcome
from worker.domain.campaign_settings import CampaignSettings
from worker.domain.ids import CampaignId, TenantId
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignGlance:
    """A campaign's settings, with what else decides where it stands."""

    settings: CampaignSettings
    carrier_name: str
    failing_since: DateTime | None
    """Since when its carrier's circuit breaker is open."""
    has_waiting: bool
    """True when a lead waits for a call, those of inactive lists aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentCalls:
    """A campaign's calls that were planned lately."""

    dialled: int = 0
    """Those that were dialled since the second, later time that was asked for."""
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    """Those that have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLeads:
    """A campaign's leads that wait for a call."""

    leads: int = 0
    recalls: int = 0
    """Those of them that were called before."""
    next_recall_at: DateTime | None = None


class Overviews(Protocol):
    """Counts of many campaigns, each in one statement."""

    def campaigns(self, tenant_id: TenantId) -> list[CampaignGlance]:
        """Return the tenant's campaigns, newest first."""

    def live(self, tenant_id: TenantId) -> Mapping[CampaignId, Counter[tuple[Network, CallState]]]:
        """Count the tenant's live calls by campaign, network and state."""

    def recent(
        self, tenant_id: TenantId, *, planned_since: DateTime, dialled_since: DateTime
    ) -> Mapping[CampaignId, RecentCalls]:
        """Count the tenant's calls that were planned since a time, by campaign."""

    def stages(self, campaign_id: CampaignId) -> Mapping[tuple[Stage, Ending | None], int]:
        """Count a campaign's leads by stage, and those that are done by how they ended; removed ones aside."""

    def waiting(self, campaign_ids: Collection[CampaignId]) -> Mapping[CampaignId, WaitingLeads]:
        """Count the waiting leads of these campaigns, those of inactive lists aside."""
