"""The circuit breaker and the concurrency of one callback host.

Answers raise the number of parallel requests. Failures in a row shut the host: it gets nothing for a while.
"""

from dataclasses import dataclass, replace
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.retry import JITTER, Answer, is_delivered

FIRST_CONCURRENCY: Final = 4
"""Parallel requests to a host of which nothing is known yet."""
QUICK_CONCURRENCY: Final = 8
"""For a host that answers within ``QUICK_SECONDS``: more requests would only wait for each other in our process."""
MAX_CONCURRENCY: Final = 32
"""For a slower host: at 0.2 s an answer, 32 parallel requests carry 160 callbacks a second."""
QUICK_SECONDS: Final = 0.05
TROUBLE: Final = 7
"""The weight of a failure that the next callback to the host would meet too: no answer, or 429 or 503."""
REFUSAL: Final = 1
"""The weight of any other failure: the host refused one callback, which says little about the next."""
SHUT_AT: Final = 3 * TROUBLE
"""A host is shut after three callbacks in a row without an answer, or after 21 that it refused."""
SHORTEST_PAUSE: Final = Duration(seconds=5)
LONGEST_PAUSE: Final = Duration(minutes=1)
_DOUBLINGS: Final = 4
"""After four doublings the shortest pause exceeds the longest: 5 s · 2⁴ = 80 s."""


@dataclass(frozen=True, slots=True)
class HostHealth:
    """A host's concurrency, the summed weight of its failures in a row, and until when it is shut."""

    concurrency: int = FIRST_CONCURRENCY
    failures: int = 0
    shut_until: DateTime | None = None

    @property
    def in_doubt(self) -> bool:
        """Return True while a host is new, or has answered little since it failed: it may block threads for long."""
        return self.concurrency <= FIRST_CONCURRENCY

    def is_shut(self, now: DateTime) -> bool:
        """Return True while nothing may be sent to the host."""
        return self.shut_until is not None and now < self.shut_until


def after_answer(
    health: HostHealth, answer: Answer, *, took_seconds: float, now: DateTime, chance: float
) -> HostHealth:
    """Return the host's health after an answer; ``chance`` in [0, 1) spreads the ends of the pauses.

    A refusal says little about other callbacks, so only many refusals in a row shut the host. Requests that were
    running when the host was shut and fail afterwards change nothing: they add no new fact.
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
