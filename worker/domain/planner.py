"""THE decision: how many calls to start for which campaign on which network, and when to look again.

``calls_to_start`` takes one carrier's situation, read under the carrier's lock, and answers with grants that keep every
limit: the tenant's cap, the carrier's channels, each campaign's ``concurrent_call`` and its caps per network. Channels
for which several campaigns compete are shared max-min fair, and none stays idle while a lead that may use it is due.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pendulum import DateTime, Duration

from worker.domain.campaign import Campaign, Mode, Status
from worker.domain.carrier import Carrier
from worker.domain.ids import CampaignId
from worker.domain.network import Network
from worker.domain.quota import UNLIMITED, LiveCalls, free_of_campaign
from worker.domain.reason import Reason, why_not_run
from worker.domain.share import share_one_by_one

LOOK_AGAIN_WHILE_DUE = Duration(seconds=2)
"""A freed channel asks for a plan at once; this is for the wake-up that a crash or a lost broker swallowed."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A campaign's waiting leads: how many are due on each network (counted up to what could be used), and the next."""

    due: Mapping[Network, int] = field(default_factory=dict)
    next_due_at: DateTime | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """One carrier, its campaigns, what waits and what is live, at one moment and under the carrier's lock."""

    carrier: Carrier
    campaigns: tuple[Campaign, ...]
    demand: Mapping[CampaignId, Demand]
    live: LiveCalls
    tenant_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Start this many calls for the campaign: its first due leads in order, no more on a network than its ceiling."""

    campaign: Campaign
    count: int
    ceilings: Mapping[Network, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start now, why campaigns wait, and when to look again without being asked (None: never)."""

    grants: tuple[Grant, ...]
    waiting: Mapping[CampaignId, Reason]
    look_again_at: DateTime | None


def calls_to_start(situation: Situation, *, now: DateTime) -> Plan:
    """Decide which calls one carrier starts at this moment."""
    waiting = {c.id: reason for c in situation.campaigns if (reason := why_not_run(c, now=now)) is not None}
    pools = _Pools(situation)
    claims = [_Claim(c, situation=situation, pools=pools) for c in situation.campaigns if c.id not in waiting]
    share_one_by_one(((claim.held, claim) for claim in claims), places=pools.places, take=_Claim.take)
    return Plan(
        grants=tuple(claim.grant() for claim in claims if claim.taken),
        waiting=waiting,
        look_again_at=_look_again_at(situation, waiting=waiting, now=now),
    )


def free_on_carrier(carrier: Carrier, *, live: LiveCalls, tenant_cap: int | None) -> int:
    """Give the places that carrier and tenant leave to all campaigns together."""
    of_tenant = UNLIMITED if tenant_cap is None else tenant_cap - live.tenant
    return max(0, min(carrier.concurrent_call - live.of_carrier(), of_tenant))


class _Pools:
    """The channels that are left for everybody while a plan is made."""

    def __init__(self, situation: Situation) -> None:
        self.places = free_on_carrier(situation.carrier, live=situation.live, tenant_cap=situation.tenant_cap)
        self.by_network = Counter(
            {n: max(0, situation.carrier.network.get(n, 0) - situation.live.carrier.get(n, 0)) for n in Network}
        )


class _Claim:
    """One campaign's part of a plan while channels are being given out."""

    def __init__(self, campaign: Campaign, *, situation: Situation, pools: _Pools) -> None:
        live = situation.live.of_campaign(campaign.id)
        due = situation.demand.get(campaign.id, Demand()).due
        free = free_of_campaign(campaign, live=live)
        self.campaign = campaign
        self.held = sum(live.values())
        self.taken: Counter[Network] = Counter()
        self._wanted = {n: min(due.get(n, 0), free[n]) for n in Network}
        self._places = campaign.concurrent_call - self.held
        self._pools = pools

    def take(self) -> bool:
        """Take one channel, on the network with most left to call; say whether there was one."""
        if self.taken.total() >= self._places:
            return False
        open_networks = [n for n in Network if self.taken[n] < self._wanted[n] and self._has_channel(n)]
        if not open_networks:
            return False
        network = max(open_networks, key=lambda n: self._wanted[n] - self.taken[n])
        self.taken[network] += 1
        if self.campaign.mode is not Mode.DIRECT:
            self._pools.by_network[network] -= 1
        return True

    def grant(self) -> Grant:
        """Give what was taken; in direct mode the leads' order decides the networks, within the campaign's caps."""
        ceilings = self._wanted if self.campaign.mode is Mode.DIRECT else dict(self.taken)
        return Grant(self.campaign, self.taken.total(), ceilings)

    def _has_channel(self, network: Network) -> bool:
        return self.campaign.mode is Mode.DIRECT or self._pools.by_network[network] > 0


def _look_again_at(situation: Situation, *, waiting: Mapping[CampaignId, Reason], now: DateTime) -> DateTime | None:
    moments = [_next_moment(c, situation.demand, waiting=waiting.get(c.id), now=now) for c in situation.campaigns]
    return min((moment for moment in moments if moment is not None), default=None)


def _next_moment(
    campaign: Campaign, demand: Mapping[CampaignId, Demand], *, waiting: Reason | None, now: DateTime
) -> DateTime | None:
    if waiting is Reason.WINDOW_SHUT:
        return campaign.windows.next_opening(now)
    if waiting is Reason.PAUSED and campaign.status is Status.PAUSE:
        return campaign.resume_at
    if waiting is not None:
        return None
    wanted = demand.get(campaign.id, Demand())
    return now + LOOK_AGAIN_WHILE_DUE if any(wanted.due.values()) else wanted.next_due_at
