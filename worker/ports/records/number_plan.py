"""The port for number plans."""

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
    """Each tenant's number plan: the shipped rules, the tenant's own rules, and its ported numbers."""

    def of(self, tenant_id: TenantId, phones: Collection[str] = ()) -> NumberPlan:
        """Return the tenant's plan; ported numbers are loaded only for ``phones``, which are in national form."""

    def save(self, tenant_id: TenantId, rules: Sequence[PrefixRule], *, now: DateTime) -> None:
        """Add rules; a rule of the same prefix and day is replaced."""

    def remove(self, tenant_id: TenantId, rules: Sequence[tuple[str, date | None]]) -> set[tuple[str, date]]:
        """Remove the tenant's rules of these prefixes and days (None: any day); return those that existed."""

    def ported(self, tenant_id: TenantId, part: Slice) -> Page[PortedNumber]:
        """Return the tenant's ported numbers, sorted by phone."""

    def port(self, tenant_id: TenantId, numbers: Mapping[str, Network], *, now: DateTime) -> None:
        """Add ported numbers; one that exists already gets its new network."""

    def unport(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        """Remove ported numbers; return those that existed."""

    def carriers_of(self, tenant_id: TenantId, phones: Collection[str]) -> set[CarrierId]:
        """Return the carriers of campaigns in which leads of these numbers are not done yet."""
