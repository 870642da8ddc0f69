"""Idle channels shared between those who want them: max-min fair, and none left idle while somebody can use it."""

import heapq
from collections.abc import Callable, Iterable
from typing import TypeVar

Claimant = TypeVar("Claimant")


def share_one_by_one(
    claimants: Iterable[tuple[int, Claimant]], *, places: int, take: Callable[[Claimant], bool]
) -> None:
    """Give places one at a time to whoever holds least, until none is left or nobody can take one.

    ``claimants`` are pairs of places held and claimant, in the order that breaks ties. ``take`` takes one place and
    says whether it could; who could not is out for good, since places only become fewer.
    """
    queue = [(held, order, claimant) for order, (held, claimant) in enumerate(claimants)]
    heapq.heapify(queue)
    while places > 0 and queue:
        held, order, claimant = heapq.heappop(queue)
        if take(claimant):
            places -= 1
            heapq.heappush(queue, (held + 1, order, claimant))
