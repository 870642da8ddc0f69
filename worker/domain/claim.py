"""What one campaign asks of one pool of channels, and what it is given there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from worker.domain.campaign import Campaign, Mode
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.quota import Limit, Limits
from worker.domain.reason import Why

DIRECT: Final = "direct"
"""The pool of direct campaigns; every other pool is the carrier's channels of one network, and has its name."""


@dataclass(slots=True)
class Claim:
    """One campaign's share of a pool while the pool's places are being given out."""

    campaign: Campaign
    pool: str
    held: int
    """How many places of the pool the campaign has by now; a direct campaign's calls all count, on whatever network."""
    due: Mapping[Lane, Mapping[Network, int]]
    limits: tuple[Limit, ...]
    """Those in which others take their places too; each place is one in all of them."""
    caps: Mapping[Network, Limit]
    """The campaign's own on each network of the pool; in direct mode only its leads' order tells what goes where."""
    taken: int = 0
    waiting: Mapping[Network, int] = field(init=False)
    """The due leads of all lanes together."""
    wished: Mapping[Network, int] = field(init=False)
    """Those of them that the caps let through."""

    def __post_init__(self) -> None:
        """Cut the due leads to the caps."""
        self.waiting = {n: sum(due.get(n, 0) for due in self.due.values()) for n in self.caps}
        self.wished = {n: min(self.waiting[n], cap.free) for n, cap in self.caps.items()}

    @property
    def name(self) -> str:
        """Whose turn it is."""
        return str(self.campaign.id)

    @property
    def content(self) -> bool:
        """Whether it has taken all that its own caps let it take."""
        return self.taken == sum(self.wished.values())

    def take(self) -> bool:
        """Take one place; say whether there was one."""
        if self.content or not all(limit.free for limit in self.limits):
            return False
        for limit in self.limits:
            limit.in_use += 1
        self.held += 1
        self.taken += 1
        return True

    def close(self) -> None:
        """Fill the caps by what surely goes to each network: what is left when all the others have got their wish."""
        for network, cap in self.caps.items():
            others = sum(wish for other, wish in self.wished.items() if other is not network)
            cap.in_use += max(0, self.taken - others)

    def given(self) -> Iterator[tuple[Lane, int, Mapping[Network, int]]]:
        """Give each lane its part, earlier ones first: how many places, and how many of them at most on a network."""
        left, room = self.taken, self.wished
        for lane, due in self.due.items():
            most = {n: min(due.get(n, 0), free) for n, free in room.items()}
            room = {n: free - most[n] for n, free in room.items()}
            places = min(left, sum(most.values()))
            left -= places
            yield lane, places, {n: min(wish, places) for n, wish in most.items() if wish and places}

    def why_not_more(self) -> Iterator[Why]:
        """Name the full limits that due leads are waiting for."""
        if not self.content:
            yield from (limit.why() for limit in self.limits if not limit.free)
        for network, cap in self.caps.items():
            if self.waiting[network] > self.wished[network] and not cap.free:
                yield cap.why()


def claims_of(campaign: Campaign, *, due: Mapping[Lane, Mapping[Network, int]], limits: Limits) -> list[Claim]:
    """Ask once for all networks in direct mode, and in the others of each network's channels."""
    own = limits.of_campaign(campaign)
    caps = {n: limits.of_campaign_on(n, campaign=campaign) for n in Network}
    if campaign.mode is Mode.DIRECT:
        return [Claim(campaign, DIRECT, held=own.in_use, due=due, limits=(*limits.of_all, own), caps=caps)]
    return [
        Claim(
            campaign,
            network.value,
            held=cap.in_use,
            due=due,
            limits=(*limits.of_all, limits.of_channels[network], own),
            caps={network: cap},
        )
        for network, cap in caps.items()
    ]
