"""How a tenant's callback URL behaves: its circuit breaker, and when it is disabled.

What a receiver answers concerns this URL alone, whichever other URLs share its host.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from pendulum import DateTime, Duration

from worker.domain.breaker import REFUSAL, SHUT_AT, TROUBLE, pause_after
from worker.domain.retry import GONE, Answer, is_delivered

LONGEST_FAILURE: Final = Duration(days=5)
"""A URL that only failed for this long is disabled; longer than the retries of one callback last."""
FORGOTTEN_AFTER: Final = Duration(days=2)
"""A failure this long ago starts no series with a new one; longer than any pause between two attempts."""
NOTED_EVERY: Final = Duration(minutes=1)
"""Deliveries are noted at most this often, to spare the database while a URL is well."""
PROVEN_FOR: Final = Duration(hours=1)
"""A URL that received a callback within this time, and has not failed since, is proven."""
USUAL_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}
LONGEST_HOST: Final = 260
"""Characters of a host name (253), a colon and a port. A longer one is no host, and would not fit into an index."""


@dataclass(frozen=True, slots=True)
class UrlStanding:
    """Since when a URL has only failed, its last failure, and since when and why it is disabled."""

    failing_since: DateTime | None = None
    failed_at: DateTime | None = None
    disabled_at: DateTime | None = None
    reason: str = ""
    refusals: int = 0
    """Failures in a row."""
    weight: int = 0
    """The summed weight of these failures; it opens the URL's circuit breaker."""
    shut_until: DateTime | None = None
    """Until when the open breaker keeps everything back; then one trial request goes out."""
    delivered_at: DateTime | None = None
    """When the URL last received a callback, to the minute."""

    @property
    def is_tried(self) -> bool:
        """Return True from the time at which the breaker opened until a delivery: one request at a time goes out."""
        return self.weight >= SHUT_AT

    def is_shut(self, now: DateTime) -> bool:
        """Return True while nothing may be sent to the URL."""
        return self.shut_until is not None and now < self.shut_until

    def is_proven(self, now: DateTime) -> bool:
        """Return True for a URL that received callbacks lately, and has not failed since."""
        return self.weight == 0 and self.delivered_at is not None and now < self.delivered_at + PROVEN_FOR


def after_attempt(standing: UrlStanding, answer: Answer, *, now: DateTime, chance: float) -> UrlStanding:
    """Return the URL's standing after an attempt; a delivery resets it, a failure leaves a disabled URL as it is.

    Requests that were running when the breaker opened and fail afterwards change nothing, unless they are 410.
    """
    if is_delivered(answer.status):
        return UrlStanding(delivered_at=_noted(standing.delivered_at, now=now))
    if standing.disabled_at is not None or (standing.is_shut(now) and answer.status != GONE):
        return standing
    failing = _failing(standing, answer, now=now, chance=chance)
    if answer.status == GONE:
        return replace(failing, disabled_at=now, shut_until=None, reason="the receiver answered 410 Gone")
    if failing.failing_since is not None and now - failing.failing_since >= LONGEST_FAILURE:
        days = LONGEST_FAILURE.days
        reason = f"nothing was delivered for {days} days; last: {answer.error}"
        return replace(failing, disabled_at=now, shut_until=None, reason=reason)
    return failing


def _failing(standing: UrlStanding, answer: Answer, *, now: DateTime, chance: float) -> UrlStanding:
    """Return the standing after one more failure in a row; that of a trial request lengthens the pause."""
    begun = standing if _goes_on(standing, now=now) else UrlStanding(delivered_at=standing.delivered_at)
    weight = begun.weight + (TROUBLE if answer.tells_of_trouble or begun.is_tried else REFUSAL)
    failing = replace(
        begun,
        failing_since=begun.failing_since or now,
        failed_at=now,
        refusals=begun.refusals + 1,
        weight=weight,
        shut_until=None,
    )
    if not failing.is_tried:
        return failing
    return replace(failing, shut_until=now + pause_after(weight, chance=chance, retry_after=answer.retry_after))


def _goes_on(standing: UrlStanding, *, now: DateTime) -> bool:
    """Return True when the last failure is so near that a new one belongs to the same series."""
    return standing.failed_at is not None and now - standing.failed_at <= FORGOTTEN_AFTER


def _noted(delivered_at: DateTime | None, *, now: DateTime) -> DateTime:
    """Return the time of the last delivery, which stays as it is for a minute."""
    if delivered_at is None or not delivered_at <= now < delivered_at + NOTED_EVERY:
        return now
    return delivered_at


def as_requested(url: str) -> str:
    """Return the URL by which the same request goes out: case of scheme and host, usual port and fragment do not count.

    An invalid URL is returned as it is.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    user, at, _ = parts.netloc.rpartition("@")
    host = parts.netloc.removeprefix(user + at).lower()
    if port is not None and port == USUAL_PORTS.get(parts.scheme):
        host = host.rpartition(":")[0]
    return urlunsplit((parts.scheme, user + at + host, parts.path or "/", parts.query, ""))


def host_of(url: str) -> str:
    """Return host and port, whose deliveries are sent together, without credentials; empty for an invalid URL."""
    try:
        host = urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
    return host if len(host) <= LONGEST_HOST else ""
