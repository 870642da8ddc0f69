"""What one campaign claims of one pool of channels, and how many of them it gets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from worker.domain.campaign import Campaign, Mode
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.quota import Limit, Limits
from worker.domain.reason import Why

DIRECT: Final = "direct"
"""The pool of direct campaigns; every other pool holds the carrier's channels of one network and has its name."""


@dataclass(slots=True)
class Claim:
    """One campaign's share of a pool while the pool's channels are being given out."""

    campaign: Campaign
    pool: str
    held: int
    """Channels of the pool that the campaign holds; of a direct campaign these are its live calls on all networks."""
    due: Mapping[Lane, Mapping[Network, int]]
    limits: tuple[Limit, ...]
    """Limits that the claim shares with other claims; a channel that is taken counts in each of them."""
    caps: Mapping[Network, Limit]
    """The campaign's own limit on each network of the pool; the order of its leads decides which network is used."""
    taken: int = 0
    waiting: Mapping[Network, int] = field(init=False)
    """Due leads by network, all priority classes together."""
    allowed: Mapping[Network, int] = field(init=False)
    """Those of them that the caps allow to be called now."""

    def __post_init__(self) -> None:
        """Limit the due leads to the caps."""
        self.waiting = {n: sum(due.get(n, 0) for due in self.due.values()) for n in self.caps}
        self.allowed = {n: min(self.waiting[n], cap.free) for n, cap in self.caps.items()}

    @property
    def name(self) -> str:
        """The campaign's name in the rotation."""
        return str(self.campaign.id)

    @property
    def is_satisfied(self) -> bool:
        """Return True when it has taken a channel for every due lead that the campaign's caps allow."""
        return self.taken == sum(self.allowed.values())

    def take(self) -> bool:
        """Take one channel; False when a limit is full or the claim is satisfied."""
        if self.is_satisfied or not all(limit.free for limit in self.limits):
            return False
        for limit in self.limits:
            limit.in_use += 1
        self.held += 1
        self.taken += 1
        return True

    def close(self) -> None:
        """Count in each network's cap the calls that certainly go to it, before the next round is shared out.

        Which networks the calls go to depends on the order of the leads. A network surely gets what remains when every
        other network has got all of its allowed leads.
        """
        for network, cap in self.caps.items():
            others = sum(count for other, count in self.allowed.items() if other is not network)
            cap.in_use += max(0, self.taken - others)

    def given(self) -> Iterator[tuple[Lane, int, Mapping[Network, int]]]:
        """Divide the taken channels among the priority classes, earlier ones first.

        Yields each class with its number of channels and the most of them that may go to each network.
        """
        channels_left, allowed_left = self.taken, self.allowed
        for lane, due in self.due.items():
            allowed_here = {n: min(due.get(n, 0), count) for n, count in allowed_left.items()}
            allowed_left = {n: count - allowed_here[n] for n, count in allowed_left.items()}
            channels = min(channels_left, sum(allowed_here.values()))
            channels_left -= channels
            yield lane, channels, {n: min(count, channels) for n, count in allowed_here.items() if count and channels}

    def why_not_more(self) -> Iterator[Why]:
        """Yield the full limits that keep due leads waiting."""
        if not self.is_satisfied:
            yield from (limit.why() for limit in self.limits if not limit.free)
        for network, cap in self.caps.items():
            if self.waiting[network] > self.allowed[network] and not cap.free:
                yield cap.why()


def claims_of(campaign: Campaign, *, due: Mapping[Lane, Mapping[Network, int]], limits: Limits) -> list[Claim]:
    """Return a campaign's claims: one for all networks in direct mode, in the other modes one for each network."""
    own = limits.of_campaign(campaign)
    caps = {n: limits.of_campaign_on(n, campaign=campaign) for n in Network}
    if campaign.mode is Mode.DIRECT:
        return [
            Claim(campaign, DIRECT, held=own.in_use, due=due, limits=(*limits.of_all, *limits.own(campaign)), caps=caps)
        ]
    return [
        Claim(
            campaign,
            network.value,
            held=cap.in_use,
            due=due,
            limits=(*limits.of_all, limits.of_channels[network], *limits.own(campaign)),
            caps={network: cap},
        )
        for network, cap in caps.items()
    ]
