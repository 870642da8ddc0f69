"""How many bytes of request bodies are held at once, by all requests and by those of one tenant or switch."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from worker.domain.errors import Unavailable

MOST_BYTES: Final = 64 * 1024 * 1024
"""Eight bodies of the greatest length. Parsed, a body takes several times as much memory."""
MOST_BYTES_OF_ONE: Final = MOST_BYTES // 2
"""Of one tenant or switch, so that it cannot keep the others from sending."""
FREE_BYTES: Final = 16 * 1024
"""Not counted of each body: a campaign can be stopped and edited while others send as much as they can."""
FULL: Final = "too many bytes in request bodies at once"


class HeldBody:
    """One body's part of the budget."""

    def __init__(self, budget: "BodyBudget", owner: str) -> None:
        """Hold nothing yet."""
        self._budget = budget
        self.owner = owner
        self.counted = 0

    def grow_to(self, length: int) -> None:
        """Count the body as so long, if it was shorter. Raises ``Unavailable`` when the budget is used up."""
        more = length - FREE_BYTES - self.counted
        if more > 0:
            self._budget.take(self.owner, more)
            self.counted += more


class BodyBudget:
    """Bytes that may still be held."""

    def __init__(self, *, most: int = MOST_BYTES, most_of_one: int = MOST_BYTES_OF_ONE) -> None:
        """``most`` is for all bodies together, ``most_of_one`` for those of one owner."""
        self._most = most
        self._most_of_one = most_of_one
        self._held: Counter[str] = Counter()

    @contextmanager
    def hold(self, *, owner: str) -> Iterator[HeldBody]:
        """Hold a body while the block runs."""
        held = HeldBody(self, owner)
        try:
            yield held
        finally:
            self._held[owner] -= held.counted
            self._held += Counter()  # forget owners that hold nothing

    def take(self, owner: str, size: int) -> None:
        """Count more bytes of an owner. Raises ``Unavailable`` when there would be too many."""
        if self._held[owner] + size > self._most_of_one or self._held.total() + size > self._most:
            raise Unavailable(FULL)
        self._held[owner] += size
