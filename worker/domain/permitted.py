"""A carrier as its tenant may use it: judged when it is stored, when its calls are planned, and at each dial."""

from collections.abc import Mapping
from dataclasses import replace

from worker.domain.carrier import Carrier, DialType
from worker.domain.gateway_access import ANY, Access, granted_of
from worker.domain.network import Network
from worker.domain.reason import Reason, Why


def permitted(carrier: Carrier, access: Access) -> Carrier:
    """Return the carrier without the caller ids that its tenant may not show over the gateway."""
    if access.caller_ids == (ANY,):
        return replace(carrier, access=access)
    by_network = {n: granted_of(numbers, access) for n, numbers in carrier.network_caller_ids.items()}
    shown = replace(
        carrier,
        access=access,
        caller_ids=granted_of(carrier.caller_ids, access),
        network_caller_ids={network: numbers for network, numbers in by_network.items() if numbers},
    )
    return replace(shown, has_only_refused_caller_ids=carrier.has_caller_id and not shown.has_caller_id)


def why_not_permitted(carrier: Carrier) -> Why | None:
    """Return why the carrier may not dial at all; None when it may."""
    if not carrier.access.is_granted:
        return Why(Reason.GATEWAY_NOT_GRANTED, since=carrier.access.since)
    if carrier.has_only_refused_caller_ids:
        return Why(Reason.CALLER_ID_NOT_GRANTED, since=carrier.access.since)
    return None


def refused_fields(numbers: Mapping[str, str], *, dial_type: DialType, access: Access) -> tuple[str, ...]:
    """Return the names of the fields with a caller id that calls would show and that is not granted."""
    names = ["caller_id"]
    if dial_type is DialType.SIP_RANDOM_BY_NETWORK:
        names += [f"caller_id_{network}" for network in Network]
    shown = {name: [number for number in numbers.get(name, "").split(",") if number] for name in names}
    return tuple(name for name, given in shown.items() if len(granted_of(given, access)) < len(given))
