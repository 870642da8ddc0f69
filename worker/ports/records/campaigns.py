"""The port for campaigns as operators write and read them, and their counts."""

from typing import Protocol

from pendulum import DateTime

from worker.domain.campaign_settings import CampaignSettings
from worker.domain.ids import CampaignId, CarrierId, TemplateId, TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import (
    CampaignFilter,
    CampaignStatistics,
    NamedCampaign,
)


class Campaigns(Protocol):
    """Campaigns that are not deleted."""

    def get(self, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignSettings:
        """Return the tenant's campaign; raises ``NotFound``."""

    def lock(self, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignSettings:
        """Lock the campaign until this transaction ends, and return it as it is now; raises ``NotFound``."""

    def add(self, settings: CampaignSettings) -> None:
        """Add a campaign; raises ``Conflict`` when its name or id is taken."""

    def lock_paused(self, tenant_id: TenantId, *, now: DateTime) -> list[CampaignSettings]:
        """Lock and return the tenant's campaigns whose pause has not ended at ``now``, in id order."""

    def save(self, settings: CampaignSettings) -> None:
        """Write a locked campaign; raises ``Conflict`` when its name is taken."""

    def delete(self, campaign_id: CampaignId, *, now: DateTime) -> None:
        """Mark a campaign as deleted; its CDRs stay."""

    def using(
        self, tenant_id: TenantId, *, carrier_id: CarrierId | None = None, template_id: TemplateId | None = None
    ) -> list[CampaignSettings]:
        """Return the tenant's campaigns with this carrier or this template, in id order."""

    def hiding_numbers(self, tenant_id: TenantId) -> frozenset[CampaignId]:
        """Return the tenant's campaigns with ``enable_encrypt``, deleted ones too: their CDRs stay."""

    def page(self, tenant_id: TenantId, part: Slice, *, wanted: CampaignFilter) -> Page[NamedCampaign]:
        """Return the tenant's campaigns, newest first."""


class Statistics(Protocol):
    """Counts for the monitor and the metrics."""

    def of_campaign(self, campaign_id: CampaignId) -> CampaignStatistics:
        """Count one campaign's leads and calls."""
