"""Port for ids that clients choose."""

from typing import Protocol
from uuid import UUID

from worker.domain.chosen_ids import ChosenIds, Kind
from worker.domain.ids import TenantId


class ChosenIdRows(Protocol):
    """The ids that tenants chose although another tenant has them."""

    def of(self, tenant_id: TenantId) -> ChosenIds:
        """Return a tenant's ids; they stand still while the tenant is locked."""

    def save(self, tenant_id: TenantId, ids: ChosenIds) -> None:
        """Write the ids of a locked tenant."""

    def owner(self, kind: Kind, row_id: UUID) -> TenantId | None:
        """Return whose row has this id, deleted or not; None when there is none."""
