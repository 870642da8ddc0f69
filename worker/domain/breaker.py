"""The circuit breakers of callbacks: one for each host, one for each URL of a tenant; and a host's concurrency.

What a receiver answers concerns the tenant's URL alone (``callback_url.py``). Only a host's silence concerns the host:
its failures in a row shut it for all URLs.
"""

from dataclasses import dataclass, replace
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.retry import JITTER, Answer

FIRST_CONCURRENCY: Final = 4
"""Parallel requests to a host of which nothing is known yet."""
QUICK_CONCURRENCY: Final = 8
"""For a host that answers within ``QUICK_SECONDS``: more requests would only wait for each other in our process."""
MAX_CONCURRENCY: Final = 32
"""For a slower host: at 0.2 s an answer, 32 parallel requests carry 160 callbacks a second."""
QUICK_SECONDS: Final = 0.05
TROUBLE: Final = 7
"""The weight of a failure that the next callback would meet too: no answer, or 429 or 503."""
REFUSAL: Final = 1
"""The weight of any other failure: one callback was refused, which says little about the next."""
SHUT_AT: Final = 3 * TROUBLE
"""A breaker opens after three callbacks in a row without an answer, that of a URL also after 21 refusals."""
SHORTEST_PAUSE: Final = Duration(seconds=5)
LONGEST_PAUSE: Final = Duration(minutes=1)
ANSWERED_LATELY: Final = Duration(minutes=1)
"""A host that answered within this time is there: the silence of a URL that is not proven is the URL's own."""
_DOUBLINGS: Final = 4
"""After four doublings the shortest pause exceeds the longest: 5 s · 2⁴ = 80 s."""


@dataclass(frozen=True, slots=True)
class HostHealth:
    """A host's concurrency, the summed weight of its silences in a row, and until when it is shut."""

    concurrency: int = FIRST_CONCURRENCY
    failures: int = 0
    shut_until: DateTime | None = None
    answered_at: DateTime | None = None

    @property
    def in_doubt(self) -> bool:
        """Return True while a host is new, or has answered little since it failed: it may block threads for long."""
        return self.concurrency <= FIRST_CONCURRENCY

    @property
    def is_tried(self) -> bool:
        """Return True from the time at which the host was shut until it answers: it gets one request at a time."""
        return self.failures >= SHUT_AT

    def answered_lately(self, now: DateTime) -> bool:
        """Return True when some URL of the host has answered within the last minute."""
        return self.answered_at is not None and now < self.answered_at + ANSWERED_LATELY

    def is_shut(self, now: DateTime) -> bool:
        """Return True while nothing may be sent to the host."""
        return self.shut_until is not None and now < self.shut_until


def after_answer(
    health: HostHealth, answer: Answer, *, is_proven: bool, took_seconds: float, now: DateTime, chance: float
) -> HostHealth:
    """Return the host's health after an answer; ``chance`` in [0, 1) spreads the ends of the pauses.

    ``is_proven`` is true for a URL that received callbacks until now. Any status proves that the host is there.
    Requests that were running when the host was shut and fail afterwards add no new fact.
    """
    if not answer.is_silence:
        most = QUICK_CONCURRENCY if took_seconds < QUICK_SECONDS else MAX_CONCURRENCY
        grown = health.concurrency + 1 if health.concurrency < most else max(most, health.concurrency - 1)
        return HostHealth(concurrency=grown, answered_at=now)
    if health.is_shut(now):
        return health
    fewer = replace(health, concurrency=max(1, health.concurrency // 2))
    if not is_proven and health.answered_lately(now):
        return fewer
    failed = replace(fewer, failures=health.failures + TROUBLE, shut_until=None)
    if not failed.is_tried:
        return failed
    return replace(failed, concurrency=1, shut_until=now + pause_after(failed.failures, chance=chance))


def pause_after(weight: int, *, chance: float, retry_after: Duration | None = None) -> Duration:
    """Return how long an open breaker keeps everything back; it doubles with each failed trial, up to the longest."""
    pause = SHORTEST_PAUSE * 2 ** min((weight - SHUT_AT) // TROUBLE, _DOUBLINGS)
    if retry_after is not None:
        pause = max(pause, retry_after)
    spread: Duration = min(pause, LONGEST_PAUSE) * (1 + JITTER * (2 * chance - 1))
    return spread
