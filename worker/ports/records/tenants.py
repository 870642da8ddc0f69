"""The port for tenants, their settings and signing secrets."""

from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import TenantId
from worker.ports.records.entities import (
    Tenant,
    TenantSettings,
)


class Tenants(Protocol):
    """Tenants, their settings and signing secrets."""

    def named(self, name: str) -> Tenant | None:
        """Return the tenant of this name; None when there is none."""

    def get(self, tenant_id: TenantId) -> Tenant:
        """Return the tenant; it must exist."""

    def settings(self, tenant_id: TenantId) -> TenantSettings:
        """Return the tenant's settings with its live calls; it must exist."""

    def all_settings(self) -> list[TenantSettings]:
        """Return the settings of all tenants, sorted by name."""

    def lock(self, tenant_id: TenantId) -> None:
        """Lock the tenant's settings against changes by other transactions until this one ends."""

    def save(self, settings: TenantSettings) -> None:
        """Write zone and caps of a locked tenant."""

    def add(self, tenant: Tenant, *, callback_secret: str, now: DateTime) -> None:
        """Add a tenant; raises ``Conflict`` when the name is taken."""

    def secret(self, tenant_id: TenantId) -> str:
        """Return the tenant's present signing secret; the tenant must exist."""

    def rotate_secret(self, tenant_id: TenantId, *, secret: str, old_until: DateTime) -> None:
        """Store a new signing secret; the one before stays valid until ``old_until``, an older one is dropped."""
