"""When to try an unreachable switch again."""

from collections.abc import Callable
from random import SystemRandom
from typing import Final

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 1.0
"""Seconds: a switch that is back is told of calls within two."""

Chance = Callable[[], float]
"""Gives numbers in [0, 1)."""

system_chance: Final[Chance] = SystemRandom().random


class Backoff:
    """Grows the pause with each failure, with jitter, so that many processes do not come back at one moment."""

    def __init__(self, *, chance: Chance, longest: float = LONGEST_PAUSE) -> None:
        """Start without a failure: the first try is free."""
        self._chance = chance
        self._longest = longest
        self._failures = 0
        self._again_at = float("-inf")

    def pause_left(self, *, at: float) -> float:
        """Say how many seconds to wait still; 0 when a try is due."""
        return max(0.0, self._again_at - at)

    def failed(self, *, at: float) -> None:
        """Remember a failure."""
        pause = min(self._longest, FIRST_PAUSE * 2.0 ** min(self._failures, 16))
        self._failures += 1
        self._again_at = at + pause * (0.5 + self._chance())

    def succeeded(self) -> None:
        """Forget the failures."""
        self._failures = 0
        self._again_at = float("-inf")
