"""What a tenant may do over a gateway: whether it may dial over it, with which caller ids, and inside which limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

OPERATORS_TENANT: Final = "default"
"""The operator's own tenant: it may use gateways that nobody has added, which are then without limits."""
ANY: Final = "*"
"""The pattern of a grant that allows every caller id."""
GATEWAY_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
CALLER_ID_PATTERN: Final = r"^([0-9A-Za-z+#_.-]+\*?|\*)$"
"""A caller id as it is shown, or how it begins and an asterisk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayLimits:
    """An operator's limits of one gateway, for all its carriers together."""

    concurrent_call: int | None = None
    """Most live calls; None for no limit."""
    calls_per_second: int = 0
    """The most calls that may begin within any second; 0 means no limit."""


UNLIMITED: Final = GatewayLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayGrant:
    """A tenant's right to use a gateway, or the memory of one that was revoked."""

    caller_ids: tuple[str, ...]
    since: DateTime
    """Since when it is as it is now."""
    is_revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What one tenant may do over one gateway; by default everything."""

    is_granted: bool = True
    caller_ids: tuple[str, ...] = (ANY,)
    since: DateTime | None = None
    """Since when it is so; None when there never was a grant."""
    limits: GatewayLimits = UNLIMITED


ANYTHING: Final = Access()


def access_of(*, tenant: str, gateway: GatewayLimits | None, grant: GatewayGrant | None) -> Access:
    """Return a tenant's access; ``gateway`` is None when no operator has added it.

    Such a gateway is the operator's own, so that a new installation dials without any grant.
    """
    if gateway is None:
        return Access(is_granted=tenant == OPERATORS_TENANT)
    if grant is None:
        return Access(is_granted=False, limits=gateway)
    return Access(is_granted=not grant.is_revoked, caller_ids=grant.caller_ids, since=grant.since, limits=gateway)


def granted_of(numbers: Sequence[str], access: Access) -> tuple[str, ...]:
    """Return those of the caller ids that the tenant may show, in their order."""
    return tuple(number for number in numbers if any(_fits(number, pattern) for pattern in access.caller_ids))


def _fits(number: str, pattern: str) -> bool:
    return number.startswith(pattern[:-1]) if pattern.endswith(ANY) else number == pattern
