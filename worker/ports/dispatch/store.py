"""What planning, dialling and settling calls need of the clock and the store."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from pendulum import DateTime, Duration

from worker.domain.call import CallState, HungUp
from worker.domain.campaign import Campaign
from worker.domain.carrier import Carrier
from worker.domain.ids import (
    CallId,
    CampaignId,
    CarrierId,
    LeadId,
    ListId,
    RunId,
    TemplateId,
    TenantId,
)
from worker.domain.json_value import Json
from worker.domain.lead import ClaimedLead, Ending, Stage
from worker.domain.network import Network
from worker.domain.planner import Grant, Situation
from worker.domain.reason import Reason
from worker.ports.dispatch.leadership import LeaderLeases
from worker.ports.dispatch.outbox import Outbox, Subscribers

NOT_AHEAD: Final = Duration()


@dataclass(frozen=True, slots=True)
class Move:
    """A call's step to ``ringing`` or ``answered``."""

    to: CallState
    at: DateTime


@dataclass(frozen=True, slots=True)
class UpByOwner:
    """Calls that are on a switch or on their way to it, by network, of those owners that have any."""

    campaigns: Mapping[CampaignId, Mapping[Network, int]]
    carriers: Mapping[CarrierId, Mapping[Network, int]]
    tenants: Mapping[TenantId, Mapping[Network, int]]


class Clock(Protocol):
    """The time."""

    def now(self) -> DateTime:
        """Give the present moment in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call row as the use cases see it; it holds a slot while its state is a live one."""

    id: CallId
    tenant_id: TenantId
    campaign_id: CampaignId
    carrier_id: CarrierId
    lead_id: LeadId
    list_id: ListId
    run_id: RunId | None
    revision: int
    attempt: int
    stage_before: Stage
    phone: str
    network: Network
    state: CallState
    queued_at: DateTime
    resend_at: DateTime
    switch: str = ""
    caller_id: str = ""
    refusals: int = 0
    dialing_at: DateTime | None = None
    ringing_at: DateTime | None = None
    answered_at: DateTime | None = None
    missing_since: DateTime | None = None
    ref_id: str = ""
    template_id: TemplateId | None = None

    @property
    def dialled_at(self) -> DateTime:
        """Say when it was won for the switch; while it is queued, since when it has been."""
        return self.dialing_at or self.queued_at


@dataclass(frozen=True, slots=True)
class Dial:
    """One call that was won for dialling: the row's new facts, written with the move to ``dialing``."""

    call_id: CallId
    switch: str
    caller_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that ends, and what becomes of its lead."""

    call: Call
    event: HungUp
    lead_stage: Stage
    lead_due_at: DateTime | None
    lead_ending: Ending | None


@dataclass(frozen=True, slots=True)
class DialRules:
    """What queued calls are judged by, as it stands under the locks.

    Campaigns that are deleted are left out, and so are the carriers of those that have none.
    """

    campaigns: Mapping[CampaignId, Campaign]
    carriers: Mapping[CampaignId, Carrier]
    tenant_caps: Mapping[TenantId, int]
    inactive_lists: Collection[ListId]


class Plans(Protocol):
    """What planning reads and writes of carriers and campaigns."""

    def lock_situation(self, carrier_id: CarrierId, *, now: DateTime) -> Situation | None:
        """Lock tenant (when capped), carrier and campaigns; read what planning needs; None without such a carrier."""

    def situation(self, carrier_id: CarrierId, *, now: DateTime) -> Situation | None:
        """Read the same without locks, and what only explanations need: leads of inactive lists, one more due lead."""

    def set_next_plan(self, carrier_id: CarrierId, *, at: DateTime | None, rotation: Mapping[str, str]) -> None:
        """Remember when the carrier is to be planned without being asked, and whose turn it was last."""

    def due_carriers(self, *, now: DateTime, ahead: Duration = NOT_AHEAD) -> dict[CarrierId, DateTime]:
        """Give the carriers whose next plan is due, or will be before long, with its moment; oldest first."""

    def resume(self, campaign: Campaign) -> None:
        """Store a pause that turned into a start."""

    def lock_for_dial(self, call_ids: Collection[CallId]) -> DialRules:
        """Lock capped tenants, carriers and campaigns, in this order, of those of the calls that are queued.

        Gives what these calls are judged by.
        """

    def campaigns(self, campaign_ids: Collection[CampaignId]) -> dict[CampaignId, Campaign]:
        """Give campaigns by id, deleted ones included: their last calls still leave CDRs."""


class Leads(Protocol):
    """What planning and finishing need of leads."""

    def claim(self, grant: Grant, *, now: DateTime) -> list[ClaimedLead]:
        """Take the grant's first due leads, in its order, none of inactive lists, and move them to ``calling``."""

    def close(self, lead_ids: Collection[LeadId], *, ending: Ending, now: DateTime) -> None:
        """Move leads to ``done`` with their ending."""

    def hand_back(self, stages: Mapping[LeadId, Stage]) -> None:
        """Put leads of cancelled calls back where they were; the attempt does not count."""

    def do_not_call(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        """Give those of the numbers that are on the tenant's do-not-call list."""

    def additional(self, lead_ids: Collection[LeadId]) -> dict[LeadId, Mapping[str, Json]]:
        """Give the leads' imported data, for CDRs."""


class Calls(Protocol):
    """Call rows: slots while live, CDRs once ended."""

    def insert(self, calls: Sequence[Call]) -> None:
        """Insert queued calls."""

    def forget_cancelled(self, call_ids: Collection[CallId]) -> None:
        """Take away cancelled rows whose ids were promised to their clients: the lead's next call needs them."""

    def lock(self, call_ids: Collection[CallId], *, states: Collection[CallState]) -> list[Call]:
        """Lock the rows that are in one of the states, in id order; others are left out."""

    def up(
        self,
        *,
        campaigns: Collection[CampaignId] = (),
        carriers: Collection[CarrierId] = (),
        tenants: Collection[TenantId] = (),
    ) -> UpByOwner:
        """Count the calls that are on a switch or on their way to it, all at one moment."""

    def move_to_dialing(self, dials: Sequence[Dial], *, now: DateTime) -> None:
        """Move locked queued rows to ``dialing`` with their route."""

    def cancel(self, reasons: Mapping[CallId, Reason], *, now: DateTime) -> None:
        """Move queued rows to ``cancelled`` with their reasons."""

    def move(self, moves: Mapping[CallId, Move]) -> None:
        """Move locked rows to ``ringing`` or ``answered``."""

    def put_back(self, call_ids: Collection[CallId], *, resend_at: DateTime, refused: bool) -> None:
        """Move rows in ``dialing`` back to ``queued``: it is certain that nobody was dialled."""

    def finish(self, ended: Sequence[Ended], *, now: DateTime) -> None:
        """End locked rows, and give their leads their next step: one transaction's work for a whole batch."""

    def postpone(self, call_ids: Collection[CallId], *, until: DateTime) -> None:
        """Have no message sent for these queued calls before the moment."""

    def unsent(self, *, now: DateTime, limit: int, carrier_id: CarrierId | None = None) -> list[CallId]:
        """Give queued calls whose message is due (again), OTPs first, then the oldest; put the next one off."""

    def on_switch_since(self, moment: DateTime, *, limit: int) -> list[Call]:
        """Give calls that have been on a switch since before the moment, longest unasked first."""

    def set_missing(self, call_ids: Collection[CallId], *, since: DateTime | None) -> None:
        """Note since when the switch does not know the calls (None: it does)."""


class DispatchTransaction(Protocol):
    """One transaction: all of it or nothing, and what is to be told is told after the commit."""

    @property
    def plans(self) -> Plans: ...
    @property
    def leads(self) -> Leads: ...
    @property
    def calls(self) -> Calls: ...
    @property
    def deliveries(self) -> Outbox: ...
    @property
    def leader_leases(self) -> LeaderLeases: ...
    @property
    def subscriptions(self) -> Subscribers: ...
    def after_commit(self, action: Callable[[], None]) -> None:
        """Do this once the transaction has committed; not at all if it rolls back."""


class DispatchStore(Protocol):
    """Where the truth is kept."""

    def transaction(self) -> AbstractContextManager[DispatchTransaction]:
        """Begin a transaction that may write; commit at the end of the block, roll back on an error.

        Raises ``Unavailable`` when the database is away or too busy.
        """

    def reading(self) -> AbstractContextManager[DispatchTransaction]:
        """Begin a transaction that only reads."""
