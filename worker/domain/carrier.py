"""A carrier, and the choice of prefix and caller id for one call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from worker.domain.gateway_access import ANYTHING, Access
from worker.domain.ids import CarrierId, TenantId
from worker.domain.network import Network
from worker.domain.number_format import NumberFormat, is_prefix_of


class DialType(StrEnum):
    """How a carrier chooses prefix and caller id, by its name on the wire (worker/REFERENCE.md#carrier)."""

    SIP_ONE = "sip_one_for_all"
    SIP_RANDOM = "sip_random_for_all"
    SIP_RANDOM_BY_NETWORK = "sip_random_group_for_network"
    CHANNEL_ONE = "channel_one_for_all"
    CHANNEL_PREFIX = "channel_prefix"


@dataclass(frozen=True, slots=True)
class Carrier:
    """An outbound route: a gateway, its caller ids and prefixes, and its limits of simultaneous calls."""

    id: CarrierId
    tenant_id: TenantId
    gateway: str
    dial_type: DialType
    concurrent_call: int
    calls_per_second: int = 0
    """The most calls that may begin within any second; 0 means no limit."""
    network: Mapping[Network, int] = field(default_factory=dict)
    caller_ids: tuple[str, ...] = ()
    prefix: str = ""
    network_prefixes: Mapping[Network, str] = field(default_factory=dict)
    network_caller_ids: Mapping[Network, tuple[str, ...]] = field(default_factory=dict)
    number_format: NumberFormat = NumberFormat.NATIONAL
    longest_call_seconds: int = 0
    """How long an answered call may last; 0 means as long as the installation allows."""
    access: Access = ANYTHING
    """What its tenant may do over the gateway."""
    has_only_refused_caller_ids: bool = False
    """True when its tenant may show none of the caller ids that were stored."""

    @property
    def has_caller_id(self) -> bool:
        """Return True when each call shows a number; a network without a group shows one of the others."""
        by_network = self.dial_type is DialType.SIP_RANDOM_BY_NETWORK
        return bool(self.caller_ids) or (by_network and any(self.network_caller_ids.values()))

    @property
    def paced_per_second(self) -> int:
        """Return how many of its calls may begin within any second, by its limit and its gateway's; 0: any number."""
        limits = self.calls_per_second, self.access.limits.calls_per_second
        return min((limit for limit in limits if limit), default=0)

    def prefix_on(self, network: Network) -> str:
        """Return what is dialled before a number of this network."""
        match self.dial_type:
            case DialType.CHANNEL_ONE:
                return self.prefix
            case DialType.CHANNEL_PREFIX:
                return self.network_prefixes.get(network, "")
            case DialType.SIP_ONE | DialType.SIP_RANDOM | DialType.SIP_RANDOM_BY_NETWORK:
                return ""
            case never:
                assert_never(never)

    def can_dial(self, network: Network) -> bool:
        """Return False when no switch can dial the prefix and a number together, as ``9+84``."""
        return is_prefix_of(self.number_format, self.prefix_on(network))


@dataclass(frozen=True, slots=True)
class Route:
    """What is dialled before the number, and the number that the callee sees."""

    prefix: str
    caller_id: str


def route(carrier: Carrier, *, network: Network, chance: float) -> Route:
    """Choose prefix and caller id for one call to a network; ``chance`` in [0, 1) picks one of several caller ids."""
    match carrier.dial_type:
        case DialType.SIP_ONE:
            return Route("", carrier.caller_ids[0] if carrier.caller_ids else "")
        case DialType.SIP_RANDOM:
            return Route("", _any_of(carrier.caller_ids, chance=chance))
        case DialType.SIP_RANDOM_BY_NETWORK:
            others = tuple(number for numbers in carrier.network_caller_ids.values() for number in numbers)
            group = carrier.network_caller_ids.get(network) or carrier.caller_ids or others
            return Route("", _any_of(group, chance=chance))
        case DialType.CHANNEL_ONE | DialType.CHANNEL_PREFIX:
            return Route(carrier.prefix_on(network), _any_of(carrier.caller_ids[:1], chance=chance))
        case never:
            assert_never(never)


def undialable_prefixes(
    numbers: Mapping[str, str], *, dial_type: DialType, number_format: NumberFormat
) -> tuple[str, ...]:
    """Return the names of prefixes that the dial type uses and that no number in this format can follow."""
    match dial_type:
        case DialType.CHANNEL_ONE:
            names = ["prefix"]
        case DialType.CHANNEL_PREFIX:
            names = [f"prefix_{network}" for network in Network]
        case DialType.SIP_ONE | DialType.SIP_RANDOM | DialType.SIP_RANDOM_BY_NETWORK:
            names = []
        case never:
            assert_never(never)
    return tuple(name for name in names if not is_prefix_of(number_format, numbers.get(name, "")))


def _any_of(numbers: tuple[str, ...], *, chance: float) -> str:
    return numbers[int(chance * len(numbers))] if numbers else ""
