"""What use cases need to have work done by somebody else, later."""

from collections.abc import Sequence
from typing import Protocol

from worker.domain.ids import CallId, CarrierId


class JobQueue(Protocol):
    """Sends tasks. A broker that is away is not an error here: the sweep sends again what is due."""

    def plan_carrier(self, carrier_id: CarrierId) -> None:
        """Ask for a plan; a carrier has at most one plan waiting."""

    def place_calls(self, call_ids: Sequence[CallId]) -> None:
        """Hand queued calls to the workers, up to twenty a message."""

    def deliver_callbacks(self, host: str) -> None:
        """Ask for the host's due deliveries to be sent; a host has at most one request waiting."""


class Wakeups(Protocol):
    """Lets one of many identical requests through until it has been taken up."""

    def request(self, key: str) -> bool:
        """Say whether this request is the first since the last ``taken`` (or since it lapsed, a few seconds)."""

    def taken(self, key: str) -> None:
        """The work is about to read the state of things: later requests go through again."""
