"""How much is sent to one host at once: more with each answer, and nothing for a while after failures in a row."""

from dataclasses import dataclass, replace
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.retry import JITTER, Answer

FIRST_LANES: Final = 4
QUICK_LANES: Final = 8
"""Enough for a host that answers quickly: more would only wait for each other in our own process."""
MOST_LANES: Final = 32
"""For a host that takes its time: at a fifth of a second an answer these carry 160 callbacks a second."""
QUICK_SECONDS: Final = 0.05
FAILURES_IN_A_ROW: Final = 3
SHORTEST_PAUSE: Final = Duration(seconds=5)
LONGEST_PAUSE: Final = Duration(minutes=1)
_DOUBLINGS: Final = 4
"""After so many the longest pause is reached."""


@dataclass(frozen=True, slots=True)
class HostHealth:
    """What is known of a host: callbacks it may have at once, its failures in a row, until when it is left alone."""

    lanes: int = FIRST_LANES
    failures: int = 0
    shut_until: DateTime | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether the host has not answered yet, or not lately: it may hold whoever sends to it for long."""
        return self.lanes <= FIRST_LANES

    def is_shut(self, now: DateTime) -> bool:
        """Whether nothing is to be sent to the host now."""
        return self.shut_until is not None and now < self.shut_until


def after_answer(
    health: HostHealth, answer: Answer, *, took_seconds: float, now: DateTime, chance: float
) -> HostHealth:
    """Decide what an answer means for the host's other callbacks; ``chance`` in [0, 1) spreads the pauses' ends.

    A host that answers, even with a refusal, is well. Of callbacks that were under way together the first failures shut
    it; those that fail after them tell nothing new.
    """
    if not answer.tells_of_trouble:
        most = QUICK_LANES if took_seconds < QUICK_SECONDS else MOST_LANES
        return HostHealth(lanes=health.lanes + 1 if health.lanes < most else max(most, health.lanes - 1))
    if health.is_shut(now):
        return health
    failed = HostHealth(lanes=1, failures=health.failures + 1)
    if failed.failures < FAILURES_IN_A_ROW:
        return failed
    pause = SHORTEST_PAUSE * 2 ** min(failed.failures - FAILURES_IN_A_ROW, _DOUBLINGS)
    if answer.retry_after is not None:
        pause = max(pause, answer.retry_after)
    return replace(failed, shut_until=now + min(pause, LONGEST_PAUSE) * (1 + JITTER * (2 * chance - 1)))
