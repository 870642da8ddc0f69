"""Idle channels shared among campaigns: max-min fair, in rotation, and work-conserving.

Channels are given out one at a time, each to the claimant that holds the fewest (progressive filling). Claimants that
hold equally few are served in rotation: in each pool in the order of their names, starting after the one served last.
The pools rotate in the same way. Two bounds follow:

* Of k claimants of a pool, one that holds as few as the others gets a channel within k channels given there.
* A claimant that comes to a full pool has its fair share when the calls it found there have ended. No call is cut off.
"""

import heapq
from collections.abc import Iterable
from typing import Protocol

from worker.domain.rotation import Served, next_in_rotation


class Claimant(Protocol):
    """A participant that wants channels of one pool: a campaign's ``Claim``."""

    @property
    def pool(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def held(self) -> int:
        """Return how many channels it holds now, those of its live calls included."""

    def take(self) -> bool:
        """Take one channel; False when none is free for it. It is not asked again: free channels only become fewer."""


def share_one_by_one(claimants: Iterable[Claimant], *, served: Served) -> Served:
    """Share out channels until no claimant can take one; return who was served last.

    ``served`` is the result of the sharing before this one, in the same priority class.
    """
    last_pool, last_claimants = served.pool, dict(served.claimants)
    order = sorted(
        claimants,
        key=lambda claimant: (
            next_in_rotation(claimant.pool, after=served.pool),
            next_in_rotation(claimant.name, after=served.claimants.get(claimant.pool, "")),
        ),
    )
    queue = [(claimant.held, position, claimant) for position, claimant in enumerate(order)]
    heapq.heapify(queue)
    while queue:
        _, position, claimant = heapq.heappop(queue)
        if claimant.take():
            last_pool = claimant.pool
            last_claimants[claimant.pool] = claimant.name
            heapq.heappush(queue, (claimant.held, position, claimant))
    return Served(last_pool, last_claimants)
