"""The port for metrics: what the installation as a whole does now, without names and phone numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.call import CallState, Outcome
from worker.domain.campaign import Campaign
from worker.domain.ids import CarrierId
from worker.domain.network import Network


@dataclass(frozen=True, slots=True)
class ChannelUse:
    """The channels of one carrier: calls that hold one, and the limits."""

    carrier_id: CarrierId
    limit: int
    network_limits: Mapping[Network, int]
    in_use: Mapping[Network, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits for a process of ours, and since when; None: nothing waits."""

    plan_due_since: DateTime | None
    """The carrier whose plan is the most overdue."""
    call_queued_since: DateTime | None
    """The oldest call that was planned, and not yet sent to a switch."""
    callback_waiting_since: DateTime | None
    """The oldest callback that is not delivered."""
    dead_callbacks: int
    """Callbacks that were given up; they are forgotten after thirty days."""
    files: int
    """Uploaded files that are not read to their end."""


@dataclass(frozen=True, slots=True)
class WaitingLeads:
    """Leads that wait for a call, due or not, and those of them that are to be called again."""

    leads: int = 0
    recalls: int = 0


@dataclass(frozen=True, slots=True)
class DueLeads:
    """Due leads of one started campaign, and since when the first of them is due."""

    campaign: Campaign
    leads: int
    since: DateTime


@dataclass(frozen=True, slots=True)
class EndedCalls:
    """Ended calls as the reports count them, and those whose end was assumed, by the cause that stands for it."""

    outcomes: Mapping[Outcome, int]
    unheard: Mapping[str, int]


class Figures(Protocol):
    """Counts over all tenants. Each reads an index of the rows that it counts."""

    def live_calls(self) -> Mapping[CallState, int]:
        """Count the calls that hold a slot, by state."""

    def waiting_leads(self) -> WaitingLeads:
        """Count the leads that wait for a call."""

    def due_leads(self, *, now: DateTime) -> Sequence[DueLeads]:
        """Count due leads by campaign, of campaigns that are started; their windows may be shut."""

    def ended_calls(self) -> EndedCalls:
        """Count the calls that have ended, but those of the last second or two."""

    def pending_callbacks(self) -> int:
        """Count the callbacks that are not delivered yet."""

    def channels(self, *, limit: int) -> Sequence[ChannelUse]:
        """Return the channels of so many carriers at most, those with the most calls first."""

    def backlog(self) -> Backlog:
        """Return what waits, and since when."""
