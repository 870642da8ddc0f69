"""Ports for messages to workers: job queue, wake-ups, and the rate limiter of calls per second."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import CallId, CarrierId


class JobQueue(Protocol):
    """Sends tasks to workers. A broker that cannot be reached raises nothing: the sweep sends again what is due."""

    def plan_carrier(self, carrier_id: CarrierId) -> None:
        """Ask for a plan of the carrier now; at most one such request per carrier waits."""

    def plan_carrier_at(self, carrier_id: CarrierId, *, at: DateTime, now: DateTime) -> None:
        """Ask for a plan at a time in the next seconds; a second request for the same time adds nothing."""

    def place_calls(self, call_ids: Sequence[CallId]) -> None:
        """Send queued calls to the workers, up to 20 in a message."""

    def sweep(self, *, wait_seconds: float = 0) -> None:
        """Ask for an early sweep; a second request with the same wait adds nothing for a few seconds."""

    def deliver_callbacks(self, host: str) -> None:
        """Ask for the host's due deliveries to be sent; at most one request per host waits."""

    def suppress_callbacks(self, host: str) -> None:
        """Drop requests for a shut host for the next few seconds; the sweep asks again in time."""


class Wakeups(Protocol):
    """Coalesces identical requests: one passes, later ones are dropped until a worker takes it up."""

    def request(self, key: str) -> bool:
        """Return True for the first request since the last ``taken``; a request also lapses after a few seconds."""

    def taken(self, key: str) -> bool:
        """Open the way for the next request; call this before the work reads the state that it works on.

        Return True when a request was waiting; False when there was none or it had lapsed.
        """

    def check(self) -> None:
        """Raise ``Unavailable`` when no request could be sent now: the broker cannot be reached or is full."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """How many calls may begin; when that is 0, the next token comes back in ``wait_seconds``."""

    count: int
    wait_seconds: float
    receipt: str = ""
    """Identifies reserved tokens; passed to ``dialled`` when their calls have been dialled."""


class Rate(Protocol):
    """The rate limiter: one token bucket per carrier, shared by all workers.

    A token comes back one second after its call was dialled, so that no period of one second, wherever it begins, has
    more calls than tokens. A lost bucket starts empty. ``per_second`` is at least 1; a changed value holds at once.
    """

    def available(self, carrier_id: CarrierId, *, per_second: int) -> Tokens:
        """Return how many tokens are left, without taking any. Raises ``Unavailable``; then nothing may be dialled."""

    def reserve(self, carrier_id: CarrierId, *, per_second: int, count: int) -> Tokens:
        """Take up to ``count`` tokens and return how many. Raises ``Unavailable``; then nothing may be dialled.

        Until ``dialled`` is called, the tokens count as used at the time now + ``TOKEN_UNCONFIRMED``.
        """

    def dialled(self, carrier_id: CarrierId, *, receipt: str) -> None:
        """Confirm that the calls of a reservation were dialled just now; their tokens come back one second later.

        So the switch sees no second with more calls than tokens, however long the dialling took. Raises nothing when
        the buckets cannot be reached, because the calls have been sent already.
        """
