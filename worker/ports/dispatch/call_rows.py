"""Calls as the use cases see them: their rows, and what is written to those."""

from dataclasses import dataclass
from datetime import date

from pendulum import DateTime

from worker.domain.call import CallState, HungUp, Outcome
from worker.domain.erasure import ERASED
from worker.domain.ids import CallId, CampaignId, CarrierId, LeadId, ListId, RunId, TemplateId, TenantId
from worker.domain.keys import KeyPress
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network


@dataclass(frozen=True, slots=True)
class Move:
    """A call's move to ``ringing`` or ``answered``, and when it happened."""

    to: CallState
    at: DateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call row as the use cases see it; while its state is live, the row is the slot it occupies."""

    id: CallId
    tenant_id: TenantId
    campaign_id: CampaignId
    carrier_id: CarrierId
    lead_id: LeadId
    list_id: ListId
    run_id: RunId | None
    revision: int
    """The campaign's revision by which the call was planned or, later, allowed to be dialled."""
    attempt: int
    stage_before: Stage
    phone: str
    network: Network
    state: CallState
    queued_at: DateTime
    resend_at: DateTime
    """When the message of a queued call is sent again."""
    switch: str = ""
    caller_id: str = ""
    refusals: int = 0
    """How often a switch refused the call."""
    dialing_at: DateTime | None = None
    ringing_at: DateTime | None = None
    answered_at: DateTime | None = None
    missing_since: DateTime | None = None
    """Since when the sweep finds the call no longer on its switch."""
    over_by: DateTime | None = None
    """When its ringing and its longest talk are over; None for a call that an earlier release dialled."""
    seen_up_at: DateTime | None = None
    """When the switch last had a missing call; None when it was never seen there."""
    ref_id: str = ""
    template_id: TemplateId | None = None
    uncounted: int = 0
    """How many ended calls of the lead used no attempt before this one."""
    pressed: tuple[KeyPress, ...] = ()
    """What the callee pressed so far, or in all once the call has ended."""
    spend_day: date | None = None
    """The latest day of its tenant in whose number of calls it is counted."""
    traceparent: str | None = None
    """The trace in which it was planned; None when that is not traced."""

    @property
    def dialled_at(self) -> DateTime:
        """Return when the call moved to ``dialing``; for a queued call, when it was queued."""
        return self.dialing_at or self.queued_at

    @property
    def calls_made(self) -> int:
        """Return how many calls the lead has had when this one has ended, counted ends and others."""
        return self.attempt + self.uncounted


@dataclass(frozen=True, slots=True)
class Dial:
    """One call that is about to be dialled: what is written to its row with the move to ``dialing``."""

    call_id: CallId
    switch: str
    caller_id: str
    revision: int
    over_by: DateTime
    spend_day: date | None = None
    """The day of its tenant on which it is dialled."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that ends with its outcome, and the next step of its lead; its keys are all that the callee pressed."""

    call: Call
    event: HungUp
    outcome: Outcome
    lead_stage: Stage
    lead_due_at: DateTime | None
    lead_ending: Ending | None
    counted: bool = True
    """False: the end uses no attempt of the lead."""

    @property
    def recording(self) -> str:
        """Return the file name of the recording; empty without one, and for an erased person, whose file is deleted."""
        return "" if self.call.phone == ERASED else self.event.recording


@dataclass(frozen=True, slots=True)
class UsedUpLead:
    """A lead that ended because its attempts were used, and when its last call ended."""

    id: LeadId
    attempts: int
    ended_at: DateTime
