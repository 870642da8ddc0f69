"""What use cases need of the switches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pendulum import DateTime, Duration

from worker.domain.call import CallEvent
from worker.domain.ids import CallId, CampaignId, LeadId, RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class Origination:
    """One call for the switch to place; ``destination`` is the carrier's prefix and the national number."""

    call_id: CallId
    campaign_id: CampaignId
    lead_id: LeadId
    run_id: RunId | None
    gateway: str
    destination: str
    caller_id: str
    timeout_seconds: int
    dial: int = 1
    """Counts how often a switch has been told of this call: it is told again only after it has refused."""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of calls that a switch was to place."""

    undialled: frozenset[CallId] = frozenset()
    """Those that were certainly not dialled; any other may have been: the sweep will ask."""
    is_answered: bool = True
    """False: the switch has said nothing to some of them, and may carry them out when it goes on."""


class Telephony(Protocol):
    """The switches, by name."""

    def pick(self, *, among: Collection[str]) -> str | None:
        """Name one of these switches that can be told something now; None when none can be reached."""

    def place(self, originations: Sequence[Origination], *, switch: str, until: DateTime) -> Placed:
        """Send the calls to the switch, at most once each; never raises for a doubtful case.

        Nothing is sent after ``until``: what allowed the calls may not hold any more. What has not arrived when the
        switch should have answered never will: a call must not come out of a network that held it back.
        """

    def up(self, switch: str) -> set[CallId]:
        """Give the calls that the switch has now.

        Raises ``Unavailable`` when it cannot be asked, ``NotFound`` when no switch of this name is configured.
        """

    def end(self, call_id: CallId, *, switch: str) -> None:
        """Tell the switch to end a call."""


class EventSource(Protocol):
    """One switch's events, as they come."""

    @property
    def switch(self) -> str:
        """Name the switch, as ``Telephony`` does."""

    @property
    def listening_since(self) -> DateTime | None:
        """Say from when on everything is heard; None while there is no connection."""

    @property
    def dialable_from(self) -> DateTime | None:
        """Say from when on the switch may be told of calls; None while it gives no sign of life.

        A switch that stood still carries out what it had been told as soon as it goes on; more would come on top of it.
        """

    def read(self) -> list[CallEvent]:
        """Wait up to a second, then give all events that have arrived, in order; connects and reconnects by itself."""

    def stand_by(self, memory: Duration | None) -> None:
        """Wait up to a second, and keep what arrives for the next ``read``, no longer than ``memory`` (None: all)."""
