"""Port for counting the calls of each day."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, Protocol

from worker.domain.ids import CarrierId, TenantId


class CarrierDay(NamedTuple):
    """A carrier on one day of its tenant."""

    carrier_id: CarrierId
    tenant_id: TenantId
    day: date


class Spend(Protocol):
    """Calls by carrier and day; only a transaction that holds the carrier's lock adds to them."""

    def dialled(self, days: Mapping[TenantId, date]) -> dict[TenantId, int]:
        """Return how many calls each of the tenants has dialled on its day, over all its carriers.

        The number stands still while the tenant is locked.
        """

    def count(self, new: Mapping[CarrierDay, int]) -> None:
        """Add so many calls; one that was put back and is dialled again on that day must not be among them."""
