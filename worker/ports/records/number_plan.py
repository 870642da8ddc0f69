"""What use cases need of the store for number plans."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import CarrierId, TenantId
from worker.domain.network import Network
from worker.domain.number_plan import NumberPlan, PrefixRule
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import PortedNumber


class NumberPlans(Protocol):
    """Each tenant's number plan: the shipped rules, its own, and its ported numbers."""

    def of(self, tenant_id: TenantId, phones: Collection[str] = ()) -> NumberPlan:
        """Give the tenant's plan; it knows which of these numbers (in national form) are ported, and of no others."""

    def save(self, tenant_id: TenantId, rules: Sequence[PrefixRule], *, now: DateTime) -> None:
        """Add rules; one of the same prefix and day is replaced."""

    def remove(self, tenant_id: TenantId, rules: Sequence[tuple[str, date | None]]) -> set[tuple[str, date]]:
        """Remove the tenant's rules of these prefixes and days (None: any day); give those that were there."""

    def ported(self, tenant_id: TenantId, part: Slice) -> Page[PortedNumber]:
        """Give the tenant's ported numbers in order."""

    def port(self, tenant_id: TenantId, numbers: Mapping[str, Network], *, now: DateTime) -> None:
        """Add ported numbers; one that is there already gets its new network."""

    def unport(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        """Remove ported numbers; give those that were there."""

    def carriers_of(self, tenant_id: TenantId, phones: Collection[str]) -> set[CarrierId]:
        """Give the carriers that may yet dial these numbers."""
