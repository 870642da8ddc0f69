"""The port for gateways as operators keep them, and for the tenants that may use them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pendulum import DateTime

from worker.domain.gateway_access import UNLIMITED, Access, GatewayGrant, GatewayLimits
from worker.domain.ids import CarrierId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRecord:
    """A gateway as its operator reads it: limits, grants by the tenant's name, and its live calls now."""

    name: str
    limits: GatewayLimits = UNLIMITED
    revision: int = 1
    created_at: DateTime
    updated_at: DateTime
    grants: Mapping[str, GatewayGrant] = field(default_factory=dict)
    live: int = 0


class Gateways(Protocol):
    """Gateways that operators have added. Lock their carriers before a gateway, as plans and dials do."""

    def all(self) -> list[GatewayRecord]:
        """Return all gateways by name, with grants and live calls."""

    def named(self, name: str) -> GatewayRecord | None:
        """Return one of them; None when nobody has added it."""

    def lock(self, name: str) -> GatewayRecord | None:
        """Lock a gateway until this transaction ends, and return it; None when nobody has added it."""

    def carriers_on(self, name: str) -> Mapping[CarrierId, TenantId]:
        """Return the carriers that use the gateway, with their tenants."""

    def add(self, gateway: GatewayRecord) -> None:
        """Add a gateway without grants; raises ``Conflict`` when it is known."""

    def save(self, gateway: GatewayRecord) -> None:
        """Write limits and revision of a locked gateway."""

    def grant(self, name: str, tenant_id: TenantId, grant: GatewayGrant) -> None:
        """Write a tenant's grant of a locked gateway."""

    def remove(self, name: str) -> None:
        """Remove a locked gateway with its grants."""

    def access_of(self, tenant_id: TenantId, name: str) -> Access:
        """Return what a tenant may do over a gateway, whether somebody has added it or not."""

    def leave(self, carrier_id: CarrierId, *, gateway: str) -> None:
        """Note that this locked carrier's calls that are up go over its former gateway."""
