"""Ports for messages to workers: job queue, wake-ups, and the rate limiter of calls per second."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pendulum import DateTime

from worker.domain.ids import CallId, CarrierId, TenantId

DUE_AT: Final = "due_at"
"""The header of a message that says from when it may be taken, in seconds since 1970."""


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

    def ask_for_callbacks(self) -> None:
        """Make a worker for callbacks look for what is due in the outbox; at most one such request waits."""

    def fan_out_callbacks(self, tenant_id: TenantId) -> None:
        """Ask for the deliveries that events of the tenant still lack; at most one request per tenant waits."""

    def render_sounds(self) -> None:
        """Ask for sounds to be rendered for waiting and next leads; at most one such request waits."""

    def send_reports(self) -> None:
        """Ask for daily reports that are due to be sent; at most one such request waits."""

    def import_files(self) -> None:
        """Ask for files that wait to be imported; at most one such request waits."""

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
    """When a carrier's next calls may begin, in seconds from now: one time for each call."""

    waits: tuple[float, ...]
    next_wait: float
    """Seconds until the first time that is free after these."""
    receipt: str = ""
    """Identifies reserved times; ``take`` asks for it."""

    @property
    def count(self) -> int:
        """Return how many calls may begin."""
        return len(self.waits)


@dataclass(frozen=True, slots=True)
class Taken:
    """How many calls may be dialled in ``wait_seconds``, mostly 0; when they are none, a token may be free then."""

    count: int
    wait_seconds: float
    receipt: str = ""
    """Passed to ``dialled`` when these calls have been dialled."""


@dataclass(frozen=True, slots=True)
class SharedPace:
    """The calls per second of a gateway, which all carriers on it share."""

    gateway: str
    per_second: int


class Rate(Protocol):
    """The rate limiter: one for each carrier, shared by all workers; ``domain/pacing.py`` has its windows.

    A gateway may have one too: with ``shared`` a call takes a token of both, in one step, or none. ``per_second`` is
    then 0 for a carrier that has no limit of its own.

    A token comes back after its call was dialled, so that no window, wherever it begins, has more calls than it allows.
    A limiter whose dials were lost admits nobody for a second. A changed rate holds at once. Each method but
    ``dialled`` raises ``Unavailable``; then nothing may be dialled.
    """

    def available(
        self, carrier_id: CarrierId, *, per_second: int, count: int, shared: SharedPace | None = None
    ) -> Tokens:
        """Return when the next calls may begin, up to ``count`` of them within ``PACED_AHEAD``; reserve nothing."""

    def reserve(
        self, carrier_id: CarrierId, *, per_second: int, count: int, shared: SharedPace | None = None
    ) -> Tokens:
        """Return the same and reserve these times, so that others get later ones. Unused ones lapse by themselves."""

    def take(
        self,
        carrier_id: CarrierId,
        *,
        per_second: int,
        reserved: str,
        first: int,
        count: int,
        shared: SharedPace | None = None,
    ) -> Taken:
        """Take up to ``count`` tokens for the calls of a reservation from the number ``first`` on, counted from 0.

        Take them right before the dial: until ``dialled`` is called, they count as used at now + ``TOKEN_UNCONFIRMED``.
        """

    def dialled(self, carrier_id: CarrierId, *, receipt: str, shared: SharedPace | None = None) -> None:
        """Confirm that the calls were dialled just now, so that their tokens come back a second after this.

        So the switch sees no window with more calls than it allows, however long the dialling took. Raises nothing
        when the limiter cannot be reached, because the calls have been sent already.
        """
