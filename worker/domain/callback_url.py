"""When a callback URL is disabled: after 410 Gone, or after failing for days."""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from pendulum import DateTime, Duration

from worker.domain.retry import GONE, Answer, is_delivered

LONGEST_FAILURE: Final = Duration(days=5)
"""A URL that only failed for this long is disabled; longer than the retries of one callback last."""
FORGOTTEN_AFTER: Final = Duration(days=2)
"""A failure this long ago starts no series with a new one; longer than any pause between two attempts."""
NOTED_EVERY: Final = Duration(minutes=1)
"""Failures are written at most this often, to spare the database while a URL is down."""


@dataclass(frozen=True, slots=True)
class UrlStanding:
    """Since when a URL has only failed, its last failure that was written, and since when and why it is disabled."""

    failing_since: DateTime | None = None
    failed_at: DateTime | None = None
    disabled_at: DateTime | None = None
    reason: str = ""


def after_attempt(standing: UrlStanding, answer: Answer, *, now: DateTime) -> UrlStanding:
    """Return the URL's standing after an attempt; a delivery resets it, a failure leaves a disabled URL as it is."""
    if is_delivered(answer.status):
        return UrlStanding()
    if standing.disabled_at is not None:
        return standing
    if _is_known(standing, answer, now=now):
        return standing
    failing = UrlStanding(failing_since=_since(standing, now=now), failed_at=now)
    if answer.status == GONE:
        return replace(failing, disabled_at=now, reason="the receiver answered 410 Gone")
    if failing.failing_since is not None and now - failing.failing_since >= LONGEST_FAILURE:
        days = LONGEST_FAILURE.days
        return replace(failing, disabled_at=now, reason=f"nothing was delivered for {days} days; last: {answer.error}")
    return failing


def _is_known(standing: UrlStanding, answer: Answer, *, now: DateTime) -> bool:
    """Return True for a failure that came too soon after the last one to be written again."""
    return answer.status != GONE and standing.failed_at is not None and now < standing.failed_at + NOTED_EVERY


def _since(standing: UrlStanding, *, now: DateTime) -> DateTime:
    """Return when the present series of failures began."""
    if standing.failing_since is None or standing.failed_at is None or now - standing.failed_at > FORGOTTEN_AFTER:
        return now
    return standing.failing_since


def host_of(url: str) -> str:
    """Return host and port, whose deliveries are sent together, without credentials; empty for an invalid URL."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
