"""The port for ``why``: a lead's situation, a campaign's live calls, and the leads that a plan would take."""

from collections import Counter
from typing import Protocol

from pendulum import DateTime

from worker.domain.call import CallState
from worker.domain.ids import CampaignId, LeadId, TenantId
from worker.domain.network import Network
from worker.domain.planner import Grant
from worker.domain.standing import LeadStanding
from worker.ports.records.overviews import Overviews
from worker.ports.records.starts import StartReads


class Standings(Protocol):
    """The situation of leads and campaigns, read without locks."""

    @property
    def overviews(self) -> Overviews:
        """All campaigns of a tenant at once."""

    @property
    def starts(self) -> StartReads:
        """Campaigns before their start."""

    def of_lead(self, tenant_id: TenantId, lead_id: LeadId) -> LeadStanding:
        """Return the tenant's lead, even of a deleted campaign; raises ``NotFound``."""

    def live_calls(self, campaign_id: CampaignId) -> Counter[tuple[Network, CallState]]:
        """Count the campaign's live calls by network and state."""

    def next_leads(self, grant: Grant, *, now: DateTime) -> set[LeadId]:
        """Return the leads that a plan with this grant would claim now."""
