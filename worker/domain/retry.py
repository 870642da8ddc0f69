"""What follows an attempt to deliver a callback: delivered, a retry at some time, or a dead letter."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pendulum import DateTime, Duration

SCHEDULE: Final = tuple(
    Duration(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 57600, 86400)
)
"""Pauses between attempts, about three days in all; Standard Webhooks asks for growing pauses over several days."""
JITTER: Final = 0.2
"""Pauses are up to 20 % shorter or longer, so that retries do not all come at once."""
GONE: Final = 410
"""HTTP status: the receiver wants nothing more at this URL."""
BUSY_STATUSES: Final = frozenset({429, 503})
"""HTTP statuses by which a receiver asks for a slower pace; they may carry ``Retry-After``."""
LONGEST_RETRY_AFTER: Final = Duration(days=1)
"""A longer ``Retry-After`` is cut to this; the longest pause of the schedule is one day too."""
LONGEST_WAIT: Final = Duration(days=4)
"""After this time a callback is given up even if it was never tried, so that the queue of a host that is away ends."""
KEPT: Final = Duration(days=30)
"""How long a callback can be read and replayed after it was delivered or given up."""


class DeliveryState(StrEnum):
    """The state of a callback."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one attempt: HTTP status (None without a response), error text and ``Retry-After`` pause."""

    status: int | None
    error: str = ""
    retry_after: Duration | None = None
    host_is_there: bool = False
    """True for a failure without a status that proves nothing against the host: our own refusal, TLS, or not HTTP."""

    @property
    def is_silence(self) -> bool:
        """Return True when the host's other URLs would get no answer either: no connection, or no response in time."""
        return self.status is None and not self.host_is_there

    @property
    def tells_of_trouble(self) -> bool:
        """Return True when the URL's next callback would fail too: no response, or a request to slow down."""
        return self.status is None or self.status in BUSY_STATUSES


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has accepted the callback."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again at this time or later."""

    moment: DateTime


@dataclass(frozen=True, slots=True)
class Dead:
    """Given up and kept as a dead letter, which an operator may replay."""

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
    """Return True for a 2xx status: the receiver has accepted the callback."""
    return status is not None and 200 <= status < 300  # noqa: PLR2004 - HTTP's own class
