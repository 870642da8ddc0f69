"""What explaining needs of the store: where one lead stands, which calls are live, and whose turn it is."""

from collections import Counter
from typing import Protocol

from pendulum import DateTime

from worker.domain.call import CallState
from worker.domain.ids import CampaignId, LeadId, TenantId
from worker.domain.network import Network
from worker.domain.planner import Grant
from worker.domain.standing import LeadStanding


class Standings(Protocol):
    """Where leads and their campaigns stand, read without locks."""

    def of_lead(self, tenant_id: TenantId, lead_id: LeadId) -> LeadStanding:
        """Give the tenant's lead, those of deleted campaigns included; raises ``NotFound``."""

    def live_calls(self, campaign_id: CampaignId) -> Counter[tuple[Network, CallState]]:
        """Count the calls that hold the campaign's slots."""

    def next_leads(self, grant: Grant, *, now: DateTime) -> set[LeadId]:
        """Give the leads that a plan with this grant would take now."""
