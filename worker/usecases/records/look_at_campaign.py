"""Look at a campaign while it is dialled: how far it is, and what keeps it from being dialled, in one snapshot."""

from dataclasses import dataclass

from pendulum import DateTime

from worker.domain.ids import CampaignId
from worker.ports.records.entities import CampaignStatistics, Tenant
from worker.ports.records.store import RecordStore
from worker.usecases.records.explain import CampaignExplanation, explain_in


@dataclass(frozen=True, slots=True)
class CampaignSight:
    """A campaign at one moment."""

    at: DateTime
    statistics: CampaignStatistics
    explanation: CampaignExplanation

    @property
    def waiting(self) -> int:
        """Return how many leads are still to be called."""
        return sum(self.statistics.waiting.values())

    @property
    def done(self) -> int:
        """Return how many leads neither wait nor are in a call."""
        return max(0, self.statistics.leads - self.waiting - self.statistics.in_call)


def look_at_campaign(store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId, now: DateTime) -> CampaignSight:
    """Return the campaign as it is now; raises ``NotFound``."""
    with store.reading() as tx:
        explanation = explain_in(tx, tenant=tenant, campaign_id=campaign_id, now=now)
        return CampaignSight(now, tx.statistics.of_campaign(campaign_id), explanation)
