"""How much is sent to one host at once: more with each answer, and nothing for a while after failures in a row."""

from dataclasses import dataclass, replace
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.retry import JITTER, Answer, is_delivered

FIRST_CONCURRENCY: Final = 4
QUICK_CONCURRENCY: Final = 8
"""Enough for a host that answers quickly: more would only wait for each other in our own process."""
MAX_CONCURRENCY: Final = 32
"""For a host that takes its time: at a fifth of a second an answer these carry 160 callbacks a second."""
QUICK_SECONDS: Final = 0.05
TROUBLE: Final = 7
REFUSAL: Final = 1
SHUT_AT: Final = 3 * TROUBLE
"""A host is left alone after three callbacks in a row without an answer, or twenty-one that it refused."""
SHORTEST_PAUSE: Final = Duration(seconds=5)
LONGEST_PAUSE: Final = Duration(minutes=1)
_DOUBLINGS: Final = 4
"""After so many the longest pause is reached."""


@dataclass(frozen=True, slots=True)
class HostHealth:
    """What is known of a host: callbacks it may have at once, its failures in a row by weight, when it may be tried."""

    concurrency: int = FIRST_CONCURRENCY
    failures: int = 0
    shut_until: DateTime | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether the host has not answered yet, or not lately: it may hold whoever sends to it for long."""
        return self.concurrency <= FIRST_CONCURRENCY

    def is_shut(self, now: DateTime) -> bool:
        """Whether nothing is to be sent to the host now."""
        return self.shut_until is not None and now < self.shut_until


def after_answer(
    health: HostHealth, answer: Answer, *, took_seconds: float, now: DateTime, chance: float
) -> HostHealth:
    """Decide what an answer means for the host's other callbacks; ``chance`` in [0, 1) spreads the pauses' ends.

    A refusal says little of other callbacks, unless nothing else comes. Of callbacks that were under way together the
    first failures shut the host; those that fail after them tell nothing new.
    """
    most = QUICK_CONCURRENCY if took_seconds < QUICK_SECONDS else MAX_CONCURRENCY
    grown = health.concurrency + 1 if health.concurrency < most else max(most, health.concurrency - 1)
    if is_delivered(answer.status):
        return HostHealth(concurrency=grown)
    if health.is_shut(now):
        return health
    weight, concurrency = (TROUBLE, 1) if answer.tells_of_trouble else (REFUSAL, grown)
    failed = HostHealth(concurrency=concurrency, failures=health.failures + weight)
    if failed.failures < SHUT_AT:
        return failed
    pause = SHORTEST_PAUSE * 2 ** min((failed.failures - SHUT_AT) // TROUBLE, _DOUBLINGS)
    if answer.retry_after is not None:
        pause = max(pause, answer.retry_after)
    return replace(failed, concurrency=1, shut_until=now + min(pause, LONGEST_PAUSE) * (1 + JITTER * (2 * chance - 1)))
