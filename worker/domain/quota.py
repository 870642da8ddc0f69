"""The limits of tenant, carrier, campaign and network: what each lets through, and how much of it is taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from worker.domain.campaign import Campaign, Mode
from worker.domain.carrier import Carrier
from worker.domain.ids import CampaignId
from worker.domain.network import Network
from worker.domain.reason import Reason, Why

UNLIMITED: Final = 1_000_000_000


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


@dataclass(slots=True)
class Limit:
    """One limit, and how full it is while calls are being given out."""

    reason: Reason
    limit: int
    in_use: int
    network: Network | None = None

    @property
    def free(self) -> int:
        """The places left; a limit that was lowered below its use has none."""
        return max(0, self.limit - self.in_use)

    def why(self) -> Why:
        """Say that this limit is what keeps a call waiting."""
        not_set_up = self.network is not None and self.limit == 0
        reason = Reason.NETWORK_NOT_SET_UP if not_set_up else self.reason
        return Why(reason, network=self.network, in_use=self.in_use, limit=self.limit)


class Limits:
    """Every limit of one carrier and its campaigns: each is one object, in which all that it binds take places."""

    def __init__(self, carrier: Carrier, *, live: LiveCalls, tenant_cap: int | None, queued: int = 0) -> None:
        """Count from the live calls; ``queued`` are those that the carrier's calls per second have yet to let out."""
        self._live = live
        self._of_campaigns: dict[CampaignId, Limit] = {}
        self._of_campaigns_on: dict[tuple[CampaignId, Network], Limit] = {}
        self.of_all = [] if tenant_cap is None else [Limit(Reason.TENANT_LIMIT, tenant_cap, live.tenant)]
        self.of_all.append(Limit(Reason.CARRIER_LIMIT, carrier.concurrent_call, live.of_carrier()))
        if carrier.calls_per_second:
            self.of_all.append(Limit(Reason.CALLS_PER_SECOND, carrier.calls_per_second, queued))
        self.of_channels = {
            n: Limit(Reason.CARRIER_NETWORK_LIMIT, carrier.network.get(n, 0), live.carrier.get(n, 0), n)
            for n in Network
        }

    def of_campaign(self, campaign: Campaign) -> Limit:
        """Give the campaign's ``concurrent_call``; its use is all that the campaign holds."""
        if campaign.id not in self._of_campaigns:
            held = sum(self._live.of_campaign(campaign.id).values())
            self._of_campaigns[campaign.id] = Limit(Reason.CAMPAIGN_LIMIT, campaign.concurrent_call, held)
        return self._of_campaigns[campaign.id]

    def of_campaign_on(self, network: Network, *, campaign: Campaign) -> Limit:
        """Give the campaign's cap on one network; its use is what the campaign holds there."""
        key = campaign.id, network
        if key not in self._of_campaigns_on:
            held = self._live.of_campaign(campaign.id).get(network, 0)
            cap = network_cap(campaign, network)
            self._of_campaigns_on[key] = Limit(Reason.CAMPAIGN_NETWORK_LIMIT, cap, held, network)
        return self._of_campaigns_on[key]

    def of_call(self, network: Network, *, campaign: Campaign) -> list[Limit]:
        """Give every limit of one call; direct mode does not ask for the carrier's channels of a network."""
        channels = [] if campaign.mode is Mode.DIRECT else [self.of_channels[network]]
        own = [self.of_campaign(campaign), self.of_campaign_on(network, campaign=campaign)]
        return [*self.of_all, *channels, *own]


def network_cap(campaign: Campaign, network: Network) -> int:
    """Give the campaign's cap on one network: zero is no cap in direct and serial mode, and not dialled in parallel."""
    value = campaign.network.get(network, 0)
    if value or campaign.mode is Mode.PARALLEL:
        return value
    return UNLIMITED
