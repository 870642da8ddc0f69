"""What the operator's subscriptions receive when no listener hears a switch (api/callbacks.md)."""

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.json_value import Json
from worker.domain.reason import Reason
from worker.domain.zone import zone_named


def switch_alert_body(
    switch: str, *, since: DateTime, is_cleared: bool, domain: str, zone: str, now: DateTime
) -> dict[str, Json]:
    """Return the body: the switch, and since when nobody hears it."""
    local = zone_named(zone)
    return {
        "state": CallbackEvent.SWITCH_GONE.value,
        "domain": domain,
        "switch": switch,
        "cleared": is_cleared,
        "why": [] if is_cleared else [Reason.SWITCH_AWAY.value],
        "since": since.in_timezone(local).isoformat(timespec="microseconds"),
        "event_time": now.in_timezone(local).isoformat(timespec="microseconds"),
    }
