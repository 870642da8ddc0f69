"""When a callback URL is given up: at its own word, or after failing for long."""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from pendulum import DateTime, Duration

from worker.domain.retry import GONE, Answer, is_delivered

LONGEST_FAILURE: Final = Duration(days=5)
"""Nothing but failures for so long: longer than one callback is tried."""
FORGOTTEN_AFTER: Final = Duration(days=2)
"""A failure that nothing followed for so long, which is longer than any pause between attempts, is an old story."""
NOTED_EVERY: Final = Duration(minutes=1)


@dataclass(frozen=True, slots=True)
class UrlStanding:
    """How a URL has fared: since when nothing but failures came, the last of them, and whether it is disabled."""

    failing_since: DateTime | None = None
    failed_at: DateTime | None = None
    disabled_at: DateTime | None = None
    reason: str = ""


def after_attempt(standing: UrlStanding, answer: Answer, *, now: DateTime) -> UrlStanding:
    """Decide what an attempt means for all that is still to go to its URL."""
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
    """Whether a failure came so soon after the last that it need not be written down."""
    return answer.status != GONE and standing.failed_at is not None and now < standing.failed_at + NOTED_EVERY


def _since(standing: UrlStanding, *, now: DateTime) -> DateTime:
    if standing.failing_since is None or standing.failed_at is None or now - standing.failed_at > FORGOTTEN_AFTER:
        return now
    return standing.failing_since


def host_of(url: str) -> str:
    """Name the receiver: the deliveries of one host and port are sent together. Credentials stay out of the name."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
