"""The port for carriers as operators write and read them."""

from collections.abc import Collection
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import CarrierId, TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import (
    CarrierRecord,
    GatewayDemand,
)


class Carriers(Protocol):
    """Carriers that are not deleted, as operators write and read them."""

    def get(self, tenant_id: TenantId, carrier_id: CarrierId) -> CarrierRecord:
        """Return the tenant's carrier with its live calls; raises ``NotFound``."""

    def only_one(self, tenant_id: TenantId) -> CarrierId | None:
        """Return the tenant's carrier when it has exactly one, otherwise None."""

    def all_of(self, tenant_id: TenantId) -> set[CarrierId]:
        """Return the ids of all the tenant's carriers."""

    def add(self, carrier: CarrierRecord) -> None:
        """Add a carrier; raises ``Conflict`` when its name or id is taken."""

    def save(self, carrier: CarrierRecord) -> None:
        """Write a carrier; raises ``Conflict`` when its name is taken."""

    def delete(self, carrier_id: CarrierId, *, now: DateTime) -> None:
        """Mark a locked carrier without campaigns and live calls as deleted; its name is free again, its CDRs stay."""

    def wake(self, carrier_ids: Collection[CarrierId], *, at: DateTime) -> None:
        """Make the carriers' next plan due at this time; they stay locked, in id order, until the transaction ends."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[CarrierRecord]:
        """Return the tenant's carriers, newest first."""

    def by_gateway(self) -> list[GatewayDemand]:
        """Return what the carriers of all tenants may ask of the switches, by gateway."""
