"""Port for the caps on what one tenant stores."""

from collections.abc import Mapping
from typing import Protocol

from worker.domain.caps import Cap
from worker.domain.ids import ListId, TenantId


class TenantCaps(Protocol):
    """A tenant's own caps, and what it uses of them."""

    def lock(self, tenant_id: TenantId, cap: Cap) -> None:
        """Keep other transactions from checking the same cap until this one ends; take it before all row locks."""

    def own(self, tenant_id: TenantId) -> Mapping[str, int]:
        """Return the tenant's own values by name; a cap that is missing has its default."""

    def used(self, tenant_id: TenantId, cap: Cap) -> int:
        """Return how many subscriptions, campaigns or lists the tenant has."""

    def leads_of(self, list_id: ListId) -> int:
        """Return how many leads were imported into the list."""
