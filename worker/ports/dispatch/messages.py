"""What use cases need to have work done by somebody else, later."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import CallId, CarrierId


class JobQueue(Protocol):
    """Sends tasks. A broker that is away is not an error here: the sweep sends again what is due."""

    def plan_carrier(self, carrier_id: CarrierId) -> None:
        """Ask for a plan at once; a carrier has at most one such plan waiting."""

    def plan_carrier_at(self, carrier_id: CarrierId, *, at: DateTime, now: DateTime) -> None:
        """Ask for a plan at a moment of the coming seconds; asking again for the same moment adds nothing."""

    def place_calls(self, call_ids: Sequence[CallId]) -> None:
        """Hand queued calls to the workers, up to twenty a message."""

    def sweep(self, *, wait_seconds: float = 0) -> None:
        """Ask for a sweep before its time; asking again for the same wait adds nothing for a few seconds."""

    def deliver_callbacks(self, host: str) -> None:
        """Ask for the host's due deliveries to be sent; a host has at most one request waiting."""

    def suppress_callbacks(self, host: str) -> None:
        """Send nothing for the host for the next few seconds: it is left alone, and the sweep asks in time."""


class Wakeups(Protocol):
    """Lets one of many identical requests through until it has been taken up."""

    def request(self, key: str) -> bool:
        """Say whether this request is the first since the last ``taken`` (or since it lapsed, a few seconds)."""

    def taken(self, key: str) -> bool:
        """The work is about to read the state of things: later requests go through again.

        Gives whether a request was waiting; False too for one that has lapsed.
        """

    def check(self) -> None:
        """Raise ``Unavailable`` when nobody could be asked for anything now: the broker is away, or full."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """How many calls may be begun, and in how many seconds the next token is there when none is left."""

    count: int
    wait_seconds: float
    receipt: str = ""
    """Of a taking: given back once the calls have been dialled."""


class Rate(Protocol):
    """A carrier's calls-per-second bucket, shared by all workers: a token comes back a second after its call went out.

    So no second, wherever it begins, sees more calls than tokens. A bucket that was lost starts empty; a changed
    ``per_second``, which is 1 at least, holds at once.
    """

    def available(self, carrier_id: CarrierId, *, per_second: int) -> Tokens:
        """Say how many tokens there are; raises ``Unavailable``: nothing is dialled then."""

    def reserve(self, carrier_id: CarrierId, *, per_second: int, count: int) -> Tokens:
        """Take up to ``count`` tokens, give how many were got; raises ``Unavailable``: nothing is dialled then.

        Until ``dialled`` is told, they count as used ``TOKEN_UNCONFIRMED`` from now.
        """

    def dialled(self, carrier_id: CarrierId, *, receipt: str) -> None:
        """Say that the calls of a taking have been dialled just now: their tokens come back a second after this.

        However long the dialling took, the switch then sees no second with more calls than tokens. Nothing is raised
        when the buckets cannot be reached: the calls are out already.
        """
