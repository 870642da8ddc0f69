"""How a gateway's calls at once are shared by the carriers that wait for them, so that none of them starves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pendulum import DateTime

from worker.domain.ids import CarrierId


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A carrier whose last plan found its gateway full: since when it has got nothing, and the calls that it holds."""

    since: DateTime
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayUse:
    """A gateway with a limit: its live calls, and the other carriers that wait for it."""

    limit: int
    live: int
    others: Mapping[CarrierId, Waiting] = field(default_factory=dict)
    waits_since: DateTime | None = None
    """Since when the carrier that is being planned waits itself; None when it does not."""

    @property
    def free(self) -> int:
        """Return how many more calls the limit allows."""
        return max(0, self.limit - self.live)


def free_for(carrier_id: CarrierId, use: GatewayUse, *, held: int, now: DateTime) -> int:
    """Return how many more calls the carrier may have now.

    While nobody waits it may have all that is free. Otherwise what the claimants hold and what is free is divided
    evenly; the remainder goes to those that got nothing for the longest time. A carrier that holds more than its share
    keeps it until its calls end.
    """
    if not use.others:
        return use.free
    return _allotted(_claimants(carrier_id, use, held=held, now=now), free=use.free)[carrier_id]


def woken(carrier_id: CarrierId, use: GatewayUse, *, held: int, now: DateTime) -> list[CarrierId]:
    """Return the other carriers that may take what this one has left free, those that wait longest first.

    ``live`` and ``held`` count the calls that it has just planned. A carrier that waits no longer claims nothing.
    """
    if not use.others:
        return []
    claimants = dict(use.others) if use.waits_since is None else _claimants(carrier_id, use, held=held, now=now)
    allotted = _allotted(claimants, free=use.free)
    return [other for other, calls in allotted.items() if calls and other != carrier_id]


def _claimants(carrier_id: CarrierId, use: GatewayUse, *, held: int, now: DateTime) -> dict[CarrierId, Waiting]:
    return {**use.others, carrier_id: Waiting(since=use.waits_since or now, held=held)}


def _allotted(claimants: Mapping[CarrierId, Waiting], *, free: int) -> dict[CarrierId, int]:
    """Return how many of the free calls each may have, those that wait longest first.

    Some may hold more than their share, so that not every share can be filled now.
    """
    by_age = sorted(claimants, key=lambda one: (claimants[one].since, one))
    each, left = divmod(free + sum(one.held for one in claimants.values()), len(claimants))
    allotted = {}
    for place, carrier_id in enumerate(by_age):
        missing = each + (place < left) - claimants[carrier_id].held
        allotted[carrier_id] = max(0, min(free, missing))
        free -= allotted[carrier_id]
    return allotted
