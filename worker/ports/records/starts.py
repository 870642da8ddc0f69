"""The port for a look at a campaign before its start: bounded reads, whatever the size of its lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from worker.domain.ids import CampaignId, LeadId, TemplateId, TenantId
from worker.domain.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLead:
    """A waiting lead, as far as it decides whether it will be skipped."""

    id: LeadId
    template_id: TemplateId | None
    """Its own; None for the campaign's."""
    is_listed: bool
    """True when its number is on the do-not-call list."""


class StartReads(Protocol):
    """What is read of a campaign that has not been started."""

    def waiting(self, campaign_id: CampaignId, *, most: int) -> Mapping[Network, int]:
        """Count the waiting leads by network; of each stage and network at most so many are counted."""

    def first(self, tenant_id: TenantId, campaign_id: CampaignId, *, most: int) -> Sequence[FirstLead]:
        """Return at most so many waiting leads, in the order of the index of waiting leads."""
