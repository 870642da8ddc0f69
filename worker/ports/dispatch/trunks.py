"""The port for what is known of the carriers' trunks; shared by all workers, and kept over restarts."""

from collections.abc import Collection
from typing import Protocol

from worker.domain.ids import CarrierId
from worker.domain.trunk import Trunk
from worker.domain.trunk_event import DescribedCarrier


class Trunks(Protocol):
    """The circuit breakers of the carriers' trunks. Their rows are locked after calls, and before leads."""

    def of(self, carrier_ids: Collection[CarrierId]) -> dict[CarrierId, Trunk]:
        """Read the trunks of these carriers without a lock; one of which nothing is known is a new one."""

    def lock(self, carrier_id: CarrierId) -> Trunk:
        """Lock a carrier's trunk until the transaction ends, and return what is known of it now."""

    def save(self, carrier_id: CarrierId, trunk: Trunk) -> None:
        """Write a locked trunk."""

    def describe(self, carrier_id: CarrierId) -> DescribedCarrier:
        """Return how receivers of events know the carrier."""

    def worst(self, *, limit: int) -> dict[CarrierId, Trunk]:
        """Return up to so many trunks of all tenants, failing ones first, then by their carriers' ids."""

    def unanswered(self, carrier_ids: Collection[CarrierId]) -> dict[CarrierId, int]:
        """Count each carrier's calls that are on their way and to which the far side has not replied."""
