"""How many calls the limits of tenant, carrier, campaign and network still let through."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.domain.campaign import Campaign, Mode
from worker.domain.ids import CampaignId
from worker.domain.network import Network

UNLIMITED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class LiveCalls:
    """The slots that are taken: live rows of a carrier, of each of its campaigns, and of the tenant.

    A campaign's calls count wherever they run, so that moving it to another carrier does not lift its limit.
    """

    tenant: int = 0
    carrier: Mapping[Network, int] = field(default_factory=dict)
    campaigns: Mapping[CampaignId, Mapping[Network, int]] = field(default_factory=dict)

    def of_carrier(self) -> int:
        """All live calls on the carrier."""
        return sum(self.carrier.values())

    def of_campaign(self, campaign_id: CampaignId) -> Mapping[Network, int]:
        """The campaign's live calls by network."""
        return self.campaigns.get(campaign_id, {})


def network_cap(campaign: Campaign, network: Network) -> int:
    """Give the campaign's cap on one network: zero is no cap in direct and serial mode, and not dialled in parallel."""
    value = campaign.network.get(network, 0)
    if value or campaign.mode is Mode.PARALLEL:
        return value
    return UNLIMITED


def free_of_campaign(campaign: Campaign, *, live: Mapping[Network, int]) -> Counter[Network]:
    """Give the places that the campaign's own caps leave on each network, its total aside."""
    return Counter({n: max(0, network_cap(campaign, n) - live.get(n, 0)) for n in Network})
