"""Ports of the switches: placing calls, and reading events."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pendulum import DateTime, Duration

from worker.domain.agents.legs import LegEvent
from worker.domain.call import CallEvent
from worker.domain.gateway import Gateway
from worker.domain.ids import CallId, CampaignId, LeadId, RunId
from worker.domain.switch import Switch
from worker.domain.switch_refusal import SwitchStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Origination:
    """One call for a switch to place; ``destination`` is the carrier's prefix and the number in its format."""

    call_id: CallId
    campaign_id: CampaignId
    lead_id: LeadId
    run_id: RunId | None
    gateway: str
    destination: str
    caller_id: str
    timeout_seconds: int
    """How long it rings at the least."""
    longest_call_seconds: int
    """How long it may last after the answer; the switch itself ends it then."""
    dial: int = 1
    """Counts the dials of this call: 1 is the first, and another follows only when a switch refused the one before."""
    switch: str = ""
    """The switch that was chosen for the call."""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """What is known of the calls that were sent to a switch."""

    undialled: frozenset[CallId] = frozenset()
    """Calls that were certainly not dialled. Any other call may have been dialled; the sweep asks the switch later."""
    is_answered: bool = True
    """False when the switch has not answered some of them; a switch that stands still may dial them later."""
    refusals: Mapping[str, str] = field(default_factory=dict)
    """Switches that refused the command itself, with what they said."""


class Telephony(Protocol):
    """The switches, by name."""

    def follow(self, switches: Collection[Switch]) -> None:
        """Use these switches from now on, as their rows say; those that are gone are asked nothing."""

    def reachable(self, *, among: Collection[str]) -> set[str]:
        """Return the names of those of these switches that can be reached now."""

    def place(
        self, originations: Sequence[Origination], *, switch: str, until: DateTime, awaits_begin: bool = False
    ) -> Placed:
        """Send the calls to the switch, at most once each; a doubtful case raises nothing.

        Nothing is sent after ``until``, because the rules that allowed the calls may have changed. When the switch does
        not answer in time, the connection is closed: a call must not arrive late out of a network that held it back.

        A switch accepts a call a little before it begins it. With ``awaits_begin`` this returns once it has begun them.
        """

    def up(self, switch: str) -> set[CallId]:
        """Return the calls that the switch has now.

        Raises ``Unavailable`` when it cannot be asked, ``NotFound`` when no switch of this name is known; neither says
        anything about its calls.
        """

    def gateways(self, switch: str) -> list[Gateway]:
        """Return the switch's gateways. Raises ``Unavailable`` or ``NotFound``, as ``up`` does."""

    def end(self, call_id: CallId, *, switch: str, cause: str) -> None:
        """Order the switch to end a call with this cause; nothing happens when it has no such call.

        Raises ``Unavailable`` when the switch cannot be told, ``NotFound`` when no switch of this name is configured.
        """


class EventSource(Protocol):
    """The events of one switch, in the order in which they arrive."""

    @property
    def switch(self) -> str:
        """Return the switch's name, as ``Telephony`` uses it."""

    @property
    def listening_since(self) -> DateTime | None:
        """Return the time from which no event has been missed; None while there is no connection."""

    @property
    def dialable_from(self) -> DateTime | None:
        """Return the time from which calls may be sent to the switch; None while it shows no sign of life.

        A switch that stood still first dials what it was sent before; new calls would come on top of these.
        """

    @property
    def clock_skew(self) -> Duration | None:
        """Return how far the switch's clock is ahead of ours; None before it has sent anything."""

    @property
    def core_id(self) -> str:
        """Return the switch's ``Core-UUID``, which a restart changes; empty while it is not known."""

    def take_status(self) -> SwitchStatus | None:
        """Return what the switch said of itself since this was last called; None when nothing arrived."""

    def take_legs(self) -> list[LegEvent]:
        """Return what arrived of agents' legs with the events that were read since this was last called."""

    def read(self) -> list[CallEvent]:
        """Wait up to one second, then return arrived events in order; connects and reconnects by itself."""

    def close(self) -> None:
        """Close the connection for good."""

    def stand_by(self, memory: Duration | None) -> None:
        """Wait up to one second; keep arriving events for the next ``read``, no longer than ``memory`` (None: all)."""
