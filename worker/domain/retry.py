"""After a callback was tried: delivered, again and when, or given up."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pendulum import DateTime, Duration

SCHEDULE: Final = tuple(
    Duration(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 57600, 86400)
)
"""Pauses between attempts: about three days in all (Standard Webhooks: several days, growing pauses)."""
JITTER: Final = 0.2
GONE: Final = 410
BUSY_STATUSES: Final = frozenset({429, 503})
LONGEST_RETRY_AFTER: Final = Duration(days=1)
LONGEST_WAIT: Final = Duration(days=4)
"""After so long a callback is given up, tried or not: a host that is away is not asked for each of a long queue."""
KEPT: Final = Duration(days=30)
"""How long a callback stays to be read and replayed after its end."""


class DeliveryState(StrEnum):
    """Where a callback stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one attempt brought: a status (None when no answer came), why, and the pause that the receiver asked for."""

    status: int | None
    error: str = ""
    retry_after: Duration | None = None

    @property
    def tells_of_trouble(self) -> bool:
        """Whether the next callback to this host would fare no better: no answer at all, or a plea to slow down."""
        return self.status is None or self.status in BUSY_STATUSES


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again, not before this moment."""

    moment: DateTime


@dataclass(frozen=True, slots=True)
class Dead:
    """Kept as a dead letter; replaying is the operator's business."""

    reason: str


def decide_retry(answer: Answer, *, attempt: int, now: DateTime, chance: float) -> Delivered | RetryAt | Dead:
    """Decide what follows attempt number ``attempt`` (1 is the first, also the first after a replay).

    ``chance`` in [0, 1) spreads the retries.
    """
    if is_delivered(answer.status):
        return Delivered()
    if answer.status == GONE:
        return Dead("the receiver answered 410 Gone")
    if attempt > len(SCHEDULE):
        return Dead(f"gave up after {attempt} attempts: {answer.error or answer.status}")
    pause = SCHEDULE[attempt - 1] * (1 + JITTER * (2 * chance - 1))
    if answer.status in BUSY_STATUSES and answer.retry_after is not None:
        pause = max(pause, min(answer.retry_after, LONGEST_RETRY_AFTER))
    return RetryAt(now + pause)


def is_delivered(status: int | None) -> bool:
    """Whether the receiver says that it has the callback."""
    return status is not None and 200 <= status < 300  # noqa: PLR2004 - HTTP's own class
