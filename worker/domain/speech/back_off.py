"""How long an engine, or one text, is left alone after a failure."""

from dataclasses import dataclass
from typing import Final

from pendulum import DateTime, Duration

_ENGINE_PAUSE: Final = Duration(seconds=2)
_LONGEST_ENGINE_PAUSE: Final = Duration(minutes=1)
"""An engine that comes back is noticed within this time."""
_TEXT_PAUSE: Final = Duration(minutes=1)
_LONGEST_TEXT_PAUSE: Final = Duration(hours=1)
"""A text that an engine refuses stays refused, until the operator changes the engine's voice or account."""
_MOST_WORDS: Final = 300


@dataclass(frozen=True, slots=True)
class Rest:
    """Failures in a row, when to try again, and the engine's words; without failures there is nothing to wait for."""

    failures: int = 0
    retry_at: DateTime | None = None
    error: str = ""

    def lasts(self, now: DateTime) -> bool:
        """Return True while it is too early to try again."""
        return self.retry_at is not None and now < self.retry_at


NONE: Final = Rest()
"""The state of what has not failed."""


def rest_engine(before: Rest, *, error: str, now: DateTime) -> Rest:
    """Return how long an engine rests that has just failed: 2 s, then twice as long, at most a minute."""
    return _longer(before, error=error, first=_ENGINE_PAUSE, longest=_LONGEST_ENGINE_PAUSE, now=now)


def rest_text(before: Rest, *, error: str, now: DateTime) -> Rest:
    """Return how long a text rests that its engine has just refused: a minute, then twice as long, at most an hour."""
    return _longer(before, error=error, first=_TEXT_PAUSE, longest=_LONGEST_TEXT_PAUSE, now=now)


def _longer(before: Rest, *, error: str, first: Duration, longest: Duration, now: DateTime) -> Rest:
    doublings = min(before.failures, 16)
    pause = min(first * 2**doublings, longest)
    return Rest(before.failures + 1, now + pause, error[:_MOST_WORDS])
