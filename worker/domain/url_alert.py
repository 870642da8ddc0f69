"""What subscriptions receive when another callback URL of their tenant fails (api/callbacks.md)."""

import json
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_url import UrlStanding, as_requested
from worker.domain.json_value import Json
from worker.domain.zone import zone_named

FAILING_FOR: Final = Duration(minutes=1)
"""A URL that fails for a shorter time is no alert, unless it is disabled; its breaker may open and close often."""


def is_alarming(standing: UrlStanding, *, now: DateTime) -> bool:
    """Return True for a URL that is disabled, or whose circuit breaker is open and that has failed for a while."""
    if standing.disabled_at is not None:
        return True
    return standing.is_tried and standing.failing_since is not None and standing.failing_since <= now - FAILING_FOR


def is_well(standing: UrlStanding) -> bool:
    """Return True when nothing keeps callbacks from the URL any more."""
    return standing.disabled_at is None and not standing.is_tried


def url_alert_body(
    url: str, *, standing: UrlStanding, since: DateTime, domain: str, zone: str, now: DateTime
) -> dict[str, Json]:
    """Return the body; a URL that is well again is a cleared alert, without a reason."""
    why = "disabled" if standing.disabled_at is not None else "shut"
    return {
        "state": CallbackEvent.CALLBACK_URL_FAILING.value,
        "domain": domain,
        "url": url,
        "cleared": is_well(standing),
        "why": [] if is_well(standing) else [why],
        "reason": standing.reason,
        "refusals": standing.refusals,
        "since": _local(since, zone=zone),
        "next_trial_at": _local(standing.shut_until, zone=zone),
        "event_time": _local(now, zone=zone),
    }


def is_about_its_receiver(event: CallbackEvent, body: str, *, url: str) -> bool:
    """Return True for an alert about the very URL that would receive it."""
    if event is not CallbackEvent.CALLBACK_URL_FAILING:
        return False
    about: str = json.loads(body)["url"]
    return as_requested(about) == as_requested(url)


def _local(moment: DateTime | None, *, zone: str) -> str:
    return "" if moment is None else moment.in_timezone(zone_named(zone)).isoformat(timespec="microseconds")
