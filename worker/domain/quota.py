"""The limits of tenant, gateway, carrier, campaign and network: how many calls each allows, and how many use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pendulum import DateTime

from worker.domain.campaign import Campaign, Mode
from worker.domain.carrier import Carrier
from worker.domain.ids import CampaignId
from worker.domain.network import Network
from worker.domain.pacing import calls_ahead
from worker.domain.reason import Reason, Why

UNLIMITED: Final = 1_000_000_000
"""Stands for "no limit" where a number is needed; more calls than any carrier has channels."""


@dataclass(frozen=True, slots=True)
class LiveCalls:
    """The slots in use: counts of live call rows of a carrier, its campaigns, the tenant, and the gateway.

    A campaign's calls count on whatever carrier they run, so that moving it to another carrier does not lift its limit.
    """

    tenant: int = 0
    gateway: int = 0
    """Calls of all carriers on the gateway; counted only if it has a limit."""
    carrier: Mapping[Network, int] = field(default_factory=dict)
    campaigns: Mapping[CampaignId, Mapping[Network, int]] = field(default_factory=dict)

    def of_carrier(self) -> int:
        """Return the number of live calls on the carrier."""
        return sum(self.carrier.values())

    def of_campaign(self, campaign_id: CampaignId) -> Mapping[Network, int]:
        """Return the number of the campaign's live calls by network."""
        return self.campaigns.get(campaign_id, {})


@dataclass(slots=True)
class Limit:
    """One limit, and how many calls use it while a plan is being made."""

    reason: Reason
    limit: int
    in_use: int
    network: Network | None = None
    cause: str = ""
    since: DateTime | None = None
    until: DateTime | None = None
    """When the limit is another one, if that is known."""

    @property
    def free(self) -> int:
        """How many more calls the limit allows; 0 when it was lowered below its use."""
        return max(0, self.limit - self.in_use)

    def why(self) -> Why:
        """Return this limit as the reason why a call waits."""
        is_of_channels = self.reason in {Reason.CARRIER_NETWORK_LIMIT, Reason.CAMPAIGN_NETWORK_LIMIT}
        not_set_up = is_of_channels and self.limit == 0
        reason = Reason.NETWORK_NOT_SET_UP if not_set_up else self.reason
        return Why(
            reason,
            until=self.until,
            since=self.since,
            network=self.network,
            in_use=self.in_use,
            limit=self.limit,
            cause=self.cause,
        )


class Limits:
    """Every limit of one carrier and its campaigns; all claims that a limit binds share one ``Limit`` object."""

    def __init__(
        self,
        carrier: Carrier,
        *,
        live: LiveCalls,
        tenant_cap: int | None,
        queued: int = 0,
        trunk: Limit | None = None,
        day: Limit | None = None,
    ) -> None:
        """Start from the live calls; ``queued`` is the number of calls that wait for the carrier's calls per second.

        ``trunk`` is the limit that the carrier's trunk sets, ``day`` that of the tenant's calls of this day, if any.
        """
        self._carrier = carrier
        self._live = live
        self._agents: dict[CampaignId, Limit] = {}
        self._of_campaigns: dict[CampaignId, Limit] = {}
        self._of_campaigns_on: dict[tuple[CampaignId, Network], Limit] = {}
        self.of_all = [] if tenant_cap is None else [Limit(Reason.TENANT_LIMIT, tenant_cap, live.tenant)]
        if day is not None:
            self.of_all.append(day)
        most = carrier.access.limits.concurrent_call
        if most is not None:
            self.of_all.append(Limit(Reason.GATEWAY_LIMIT, most, live.gateway))
        self.of_all.append(Limit(Reason.CARRIER_LIMIT, carrier.concurrent_call, live.of_carrier()))
        if carrier.paced_per_second:
            self.of_all.append(Limit(Reason.CALLS_PER_SECOND, calls_ahead(carrier.paced_per_second), queued))
        if trunk is not None:
            self.of_all.append(trunk)
        self.of_channels = {
            n: Limit(Reason.CARRIER_NETWORK_LIMIT, carrier.network.get(n, 0), live.carrier.get(n, 0), n)
            for n in Network
        }

    def of_campaign(self, campaign: Campaign) -> Limit:
        """Return the campaign's ``concurrent_call`` limit; all of its live calls use it."""
        if campaign.id not in self._of_campaigns:
            held = sum(self._live.of_campaign(campaign.id).values())
            self._of_campaigns[campaign.id] = Limit(Reason.CAMPAIGN_LIMIT, campaign.concurrent_call, held)
        return self._of_campaigns[campaign.id]

    def with_agents(self, agents: Mapping[CampaignId, Limit]) -> "Limits":
        """Return these limits, with those of the campaigns whose callees are connected to agents."""
        self._agents = dict(agents)
        return self

    def own(self, campaign: Campaign) -> list[Limit]:
        """Return the campaign's limits on all networks together: its calls at once, and its agents, if it has any."""
        limits = [self.of_campaign(campaign)]
        if campaign.agents is not None:
            limits.append(self._agents.setdefault(campaign.id, Limit(Reason.NO_AGENT, 0, 0)))
        return limits

    def of_campaign_on(self, network: Network, *, campaign: Campaign) -> Limit:
        """Return the campaign's cap on one network; its live calls on that network use it.

        It is 0 when the carrier's prefix keeps every number of the network from being dialled.
        """
        key = campaign.id, network
        if key not in self._of_campaigns_on:
            held = self._live.of_campaign(campaign.id).get(network, 0)
            can_dial = self._carrier.can_dial(network)
            reason = Reason.CAMPAIGN_NETWORK_LIMIT if can_dial else Reason.PREFIX_NOT_DIALABLE
            cap = network_cap(campaign, network) if can_dial else 0
            self._of_campaigns_on[key] = Limit(reason, cap, held, network)
        return self._of_campaigns_on[key]

    def of_call(self, network: Network, *, campaign: Campaign) -> list[Limit]:
        """Return every limit that binds one call; in direct mode the carrier's channels per network do not."""
        channels = [] if campaign.mode is Mode.DIRECT else [self.of_channels[network]]
        own = [*self.own(campaign), self.of_campaign_on(network, campaign=campaign)]
        return [*self.of_all, *channels, *own]


def network_cap(campaign: Campaign, network: Network) -> int:
    """Return the campaign's cap on a network; a stored 0 is no cap in direct and serial mode, no calls in parallel."""
    value = campaign.network.get(network, 0)
    if value or campaign.mode is Mode.PARALLEL:
        return value
    return UNLIMITED
