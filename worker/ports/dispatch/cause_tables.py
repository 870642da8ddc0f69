"""The port for cause tables: what an unanswered call of a carrier is."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from worker.domain.ids import CarrierId
from worker.domain.outcome import CauseRule


class CauseTables(Protocol):
    """The rules by which the ends of calls are read."""

    def of(self, carrier_ids: Collection[CarrierId]) -> Mapping[CarrierId, Sequence[CauseRule]]:
        """Return the rules of each carrier in the order in which they are asked, the shipped ones last."""
