"""How many requests one tenant may send: a token bucket, which a burst may fill and which drains by the second."""

from dataclasses import dataclass
from math import ceil
from typing import Final

from worker.domain.caps import Cap, OverCap

LONGEST_WAIT_SECONDS: Final = 60
"""What a client reads in ``Retry-After`` when the rate is so low that a request would wait for longer, or for ever."""


@dataclass(frozen=True, slots=True)
class RequestRate:
    """The bucket's size, and how many requests drain from it within a second."""

    per_second: int
    burst: int

    @property
    def admits_nobody(self) -> bool:
        """Return True when no request ever passes."""
        return not (self.per_second and self.burst)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a bucket held at a time."""

    used: float
    at_seconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to one request: how long to wait, 0 when it passes, and how full the bucket is."""

    wait_seconds: float
    used: int


EMPTY: Final = Bucket(0.0, 0.0)


def ask(bucket: Bucket, rate: RequestRate, *, at_seconds: float) -> tuple[Bucket, Asked]:
    """Return the bucket after one more request, or as it is when it is too full for one."""
    if rate.admits_nobody:
        return bucket, Asked(LONGEST_WAIT_SECONDS, rate.burst)
    drained = max(0.0, at_seconds - bucket.at_seconds) * rate.per_second
    used = max(0.0, bucket.used - drained)
    if used + 1 > rate.burst:
        return Bucket(used, at_seconds), Asked((used + 1 - rate.burst) / rate.per_second, ceil(used))
    return Bucket(used + 1, at_seconds), Asked(0.0, ceil(used + 1))


class TooManyNow(OverCap):
    """The request comes too soon after others of its tenant; it may be repeated after some seconds."""

    def __init__(self, cap: Cap, *, value: int, used: int, wait_seconds: float = 1) -> None:
        """Keep the facts; ``wait_seconds`` is rounded up to whole seconds, as HTTP has them."""
        super().__init__(cap, value=value, used=used, asked=1)
        self.retry_after_seconds = min(max(1, ceil(wait_seconds)), LONGEST_WAIT_SECONDS)
