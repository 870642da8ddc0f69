"""Exponential backoff with jitter for connecting to an unreachable switch."""

from collections.abc import Callable
from random import SystemRandom
from typing import Final

FIRST_PAUSE: Final = 0.25
"""Seconds, doubled after each failure."""
LONGEST_PAUSE: Final = 1.0
"""Seconds. With the jitter a pause is at most 1.5 s, so a switch that is back gets calls again within 2 s."""

Chance = Callable[[], float]
"""Returns a random number in [0, 1)."""

system_chance: Final[Chance] = SystemRandom().random


class Backoff:
    """The pause before the next attempt. The jitter keeps many processes from reconnecting at the same time."""

    def __init__(self, *, chance: Chance, longest: float = LONGEST_PAUSE) -> None:
        """Start without a failure, so that the first attempt is due at once."""
        self._chance = chance
        self._longest = longest
        self._failures = 0
        self._again_at = float("-inf")

    def pause_left(self, *, at: float) -> float:
        """Return the seconds until the next attempt is due; 0 when it is due now."""
        return max(0.0, self._again_at - at)

    def failed(self, *, at: float) -> None:
        """Record a failure at ``at`` (seconds of a steady clock)."""
        pause = min(self._longest, FIRST_PAUSE * 2.0 ** min(self._failures, 16))
        self._failures += 1
        self._again_at = at + pause * (0.5 + self._chance())

    def succeeded(self) -> None:
        """Reset the pause: the next attempt is due at once."""
        self._failures = 0
        self._again_at = float("-inf")
