"""What subscriptions receive when a carrier's trunk fails or replies again (api/callbacks.md)."""

from dataclasses import dataclass

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CarrierId
from worker.domain.json_value import Json
from worker.domain.trunk import Trunk
from worker.domain.zone import zone_named


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedCarrier:
    """A carrier as a receiver knows it; ``zone`` is its tenant's."""

    id: CarrierId
    name: str
    gateway: str
    zone: str


def trunk_event_body(
    carrier: DescribedCarrier, *, event: CallbackEvent, before: Trunk, after: Trunk, domain: str, now: DateTime
) -> dict[str, Json]:
    """Return the body: the carrier, the last failure's cause, since when it failed, and the next trial (``""``: none).

    A recovery tells the cause and the time of the failure that is over.
    """
    failing = after if after.is_failing else before
    return {
        "state": event.value,
        "domain": domain,
        "carrier_uuid": str(carrier.id),
        "carrier_name": carrier.name,
        "gateway_uuid": carrier.gateway,
        "cause": failing.cause,
        "failures": failing.failures,
        "failing_since": _local(failing.failing_since, zone=carrier.zone),
        "next_trial_at": _local(after.next_trial_at, zone=carrier.zone),
        "event_time": _local(now, zone=carrier.zone),
    }


def _local(moment: DateTime | None, *, zone: str) -> str:
    return "" if moment is None else moment.in_timezone(zone_named(zone)).isoformat(timespec="microseconds")
