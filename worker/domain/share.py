"""Idle channels shared between those who want them: max-min fair, in rotation, and none left idle that somebody can use.

Places go one at a time to whoever holds least (progressive filling), and where several hold the least they go round: in
each pool of channels in the order of names, beginning after the one that was served last, and in the same way from pool
to pool. So of k claimants of a pool nobody who holds as little as the others waits for more than k places given there,
and whoever comes to a full pool has its fair share when the calls that it found there have ended; none is cut off.
"""

import heapq
from collections.abc import Iterable
from typing import Protocol


class Claimant(Protocol):
    """Somebody who wants places in one pool."""

    @property
    def pool(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def held(self) -> int:
        """How many places it holds by now."""

    def take(self) -> bool:
        """Take one place; False when there is none for it, and then there will be none, as places only become fewer."""


def share_one_by_one(claimants: Iterable[Claimant], *, rotation: dict[str, str], priority_class: str) -> None:
    """Give out places until nobody can take one, and note in ``turns`` who was served last in the pools and in all.

    ``priority_class`` names the turns of these claimants: those of another priority_class do not move them on.
    """
    order = sorted(
        claimants,
        key=lambda c: (
            _next_in_rotation(c.pool, rotation, priority_class),
            _next_in_rotation(c.name, rotation, f"{priority_class}.{c.pool}"),
        ),
    )
    queue = [(claimant.held, place, claimant) for place, claimant in enumerate(order)]
    heapq.heapify(queue)
    while queue:
        _, place, claimant = heapq.heappop(queue)
        if claimant.take():
            rotation[priority_class] = claimant.pool
            rotation[f"{priority_class}.{claimant.pool}"] = claimant.name
            heapq.heappush(queue, (claimant.held, place, claimant))


def _next_in_rotation(name: str, rotation: dict[str, str], priority_class: str) -> tuple[bool, str]:
    """Order names beginning with the first after the one that was served last."""
    return name <= rotation.get(priority_class, ""), name
