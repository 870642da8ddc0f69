"""Ports of the store for planning, dialling and ending calls."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from pendulum import DateTime, Duration

from worker.domain.agents.staffing import Staffing
from worker.domain.call import CallState
from worker.domain.campaign import Campaign
from worker.domain.carrier import Carrier
from worker.domain.hold import Hold
from worker.domain.ids import CallId, CampaignId, CarrierId, LeadId, ListId, TenantId
from worker.domain.json_value import Json
from worker.domain.keys import KeyPress
from worker.domain.lead import ClaimedLead, Ending, Stage
from worker.domain.planner import Grant, Situation
from worker.domain.reason import Reason
from worker.domain.rotation import Rotation
from worker.domain.spend_guard import SpendGuard
from worker.ports.agents.agents import Agents
from worker.ports.agents.pacing import Pacing
from worker.ports.agents.people import Users
from worker.ports.agents.phones import LegRows
from worker.ports.dispatch.call_rows import Call, Dial, Ended, Move, UsedUpLead
from worker.ports.dispatch.cause_tables import CauseTables
from worker.ports.dispatch.conversations import Conversations
from worker.ports.dispatch.counts import UpByOwner
from worker.ports.dispatch.installation import Installation
from worker.ports.dispatch.leadership import LeaderLeases
from worker.ports.dispatch.one_time_codes import OneTimeCodes
from worker.ports.dispatch.outbox import FanOuts, Outbox, Subscribers
from worker.ports.dispatch.second_source import PostedCdrs
from worker.ports.dispatch.sound_rows import SoundRows, SoundWaits
from worker.ports.dispatch.speech import Speech
from worker.ports.dispatch.spend import Spend
from worker.ports.dispatch.switches import SwitchRows
from worker.ports.dispatch.trunks import Trunks

NOT_AHEAD: Final = Duration()
"""Only what is due now."""


@dataclass(frozen=True, slots=True)
class DialRules:
    """The settings by which queued calls are judged, read under the locks.

    Deleted campaigns are left out. ``carriers`` is keyed by campaign and has no entry for a campaign without a carrier.
    """

    campaigns: Mapping[CampaignId, Campaign]
    carriers: Mapping[CampaignId, Carrier]
    tenant_caps: Mapping[TenantId, int]
    guards: Mapping[TenantId, SpendGuard]
    inactive_lists: Collection[ListId]
    staffing: Mapping[CampaignId, Staffing]
    """The agents of the campaigns that have some."""
    hold: Hold | None = None


class Plans(Protocol):
    """Carriers and campaigns as planning and dialling read and write them."""

    def lock_situation(self, carrier_id: CarrierId, *, now: DateTime) -> Situation | None:
        """Return what planning needs; None when the carrier does not exist.

        Locks the tenant (when it has a cap), the carrier, its gateway (when it has a limit) and the campaigns.
        """

    def situation(self, carrier_id: CarrierId, *, now: DateTime) -> Situation | None:
        """Read the same without locks, and what only ``why`` needs: leads in inactive lists, and one more due lead."""

    def set_next_plan(
        self, carrier_id: CarrierId, *, at: DateTime | None, rotation: Rotation, gateway_waits_since: DateTime | None
    ) -> None:
        """Store when the carrier is planned next without a wake-up, and who was served last in the rotation.

        ``gateway_waits_since`` is None unless due leads wait because the gateway is full.
        """

    def due_carriers(self, *, now: DateTime, ahead: Duration = NOT_AHEAD) -> dict[CarrierId, DateTime]:
        """Return the carriers whose next plan is due within ``ahead`` from now, with its time; oldest first."""

    def resume(self, campaign: Campaign) -> None:
        """Write the status of a campaign whose pause turned into a start."""

    def lock_for_dial(self, call_ids: Collection[CallId], *, now: DateTime) -> DialRules:
        """Return the rules for those of the calls that are queued; ``now`` chooses the day of their agents' counts.

        Locks their capped tenants, carriers, limited gateways and campaigns, in this order.
        """

    def campaigns(self, campaign_ids: Collection[CampaignId]) -> dict[CampaignId, Campaign]:
        """Return campaigns by id, deleted ones included, because their last calls still have CDRs to post."""


class Leads(Protocol):
    """Leads as planning and ending calls use them."""

    def claim(self, grant: Grant, *, now: DateTime) -> list[ClaimedLead]:
        """Move the grant's first due leads to ``calling`` and return them, in its order; none of inactive lists."""

    def close(self, lead_ids: Collection[LeadId], *, ending: Ending, now: DateTime) -> None:
        """Move leads to ``done`` with their ending."""

    def hand_back(self, stages: Mapping[LeadId, Stage]) -> None:
        """Move leads of cancelled calls back to their earlier stages; the attempt does not count."""

    def do_not_call(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        """Return those of the numbers that are on the tenant's do-not-call list, or belong to erased persons."""

    def additional(self, lead_ids: Collection[LeadId]) -> dict[LeadId, Mapping[str, Json]]:
        """Return the leads' imported data, for CDRs; without the codes of OTPs."""


class Calls(Protocol):
    """Call rows: slots while they are live, CDRs when they have ended."""

    def insert(self, calls: Sequence[Call]) -> None:
        """Insert queued calls."""

    def forget_cancelled(self, call_ids: Collection[CallId]) -> None:
        """Delete cancelled rows whose ids clients already have, so that the lead's next call can use the same id."""

    def lock(self, call_ids: Collection[CallId], *, states: Collection[CallState]) -> list[Call]:
        """Lock and return the rows that are in one of the states, in id order; others are left out."""

    def up(
        self,
        *,
        campaigns: Collection[CampaignId] = (),
        carriers: Collection[CarrierId] = (),
        tenants: Collection[TenantId] = (),
        gateways: Collection[str] = (),
    ) -> UpByOwner:
        """Count the calls that are on a switch or being sent to it, all at one moment."""

    def move_to_dialing(self, dials: Sequence[Dial], *, now: DateTime) -> None:
        """Move locked queued rows to ``dialing`` and write their switch, caller id and revision."""

    def cancel(self, reasons: Mapping[CallId, Reason], *, now: DateTime) -> None:
        """Move queued rows to ``cancelled``, each with its reason."""

    def move(self, moves: Mapping[CallId, Move]) -> None:
        """Move locked rows to ``ringing`` or ``answered``."""

    def note_keys(self, keys: Mapping[CallId, Sequence[KeyPress]]) -> None:
        """Write what the callees of locked rows have pressed so far."""

    def put_back(self, call_ids: Collection[CallId], *, resend_at: DateTime, refused: bool) -> None:
        """Move rows from ``dialing`` back to ``queued``; only for calls that certainly dialled nobody."""

    def finish(self, ended: Sequence[Ended], *, now: DateTime) -> None:
        """End a batch of locked rows and write the next step of their leads."""

    def postpone(self, call_ids: Collection[CallId], *, until: DateTime) -> None:
        """Send no message for these queued calls before ``until``."""

    def unsent(
        self, *, now: DateTime, limit: int, carrier_id: CarrierId | None = None, ahead: Duration = NOT_AHEAD
    ) -> list[CallId]:
        """Return queued calls whose message is due within ``ahead``, OTPs first, then the longest due.

        Their next message is postponed. Calls that another transaction has locked are left out.
        """

    def on_switch_since(self, moment: DateTime, *, limit: int) -> list[Call]:
        """Return calls that have been on a switch since the given time or longer, earliest dial first."""

    def count_on_switch(self, switch: str | None = None) -> int:
        """Return how many calls one switch, or all switches, have or are being sent."""

    def on_switch(self, switch: str) -> list[Call]:
        """Return the calls that are on this switch or being sent to it, earliest dial first."""

    def set_missing(
        self, call_ids: Collection[CallId], *, since: DateTime | None, seen_up_at: DateTime | None = None
    ) -> None:
        """Write since when the switch does not have the calls, and when it last had them; None: it has them."""


class Corrections(Protocol):
    """Ends that were assumed, and are replaced when a source reports what happened."""

    def lock_carriers(self, call_ids: Collection[CallId]) -> None:
        """Lock the carriers of those whose end is assumed, so that none of their leads is planned or dialled."""

    def lock_assumed(self, call_ids: Collection[CallId]) -> list[Call]:
        """Lock and return those of the calls whose end is only assumed, in id order."""

    def lock_next_calls(self, lead_ids: Collection[LeadId]) -> list[Call]:
        """Lock and return the queued calls of the leads, in id order."""

    def refreshed(self, lead_ids: Collection[LeadId]) -> dict[LeadId, DateTime]:
        """Return since when attempts are counted anew, of those of the leads that were refreshed."""

    def write(self, corrected: Sequence[Ended], *, now: DateTime) -> None:
        """Replace the ends of locked calls; a lead that was called again or refreshed keeps its next step.

        But a callee who answered is not called again, and an attempt that reached nobody is given back.
        """

    def lock_used_up(self, lead_ids: Collection[LeadId]) -> list[UsedUpLead]:
        """Lock and return those of the leads that ended because their attempts were used."""

    def call_again(self, leads: Mapping[LeadId, tuple[Stage, DateTime]], *, now: DateTime) -> None:
        """Make leads wait again, each in this stage until this time."""

    def answered(self, lead_ids: Collection[LeadId]) -> set[LeadId]:
        """Return those of the leads that are being called although an earlier callee is known to have answered."""


class DispatchTransaction(Protocol):
    """One transaction; actions registered with ``after_commit`` run only when it has committed."""

    @property
    def plans(self) -> Plans: ...
    @property
    def leads(self) -> Leads: ...
    @property
    def calls(self) -> Calls: ...
    @property
    def cause_tables(self) -> CauseTables: ...
    @property
    def deliveries(self) -> Outbox: ...
    @property
    def leader_leases(self) -> LeaderLeases: ...
    @property
    def switches(self) -> SwitchRows: ...
    @property
    def posted_cdrs(self) -> PostedCdrs: ...
    @property
    def corrections(self) -> Corrections: ...
    @property
    def subscriptions(self) -> Subscribers: ...
    @property
    def spend(self) -> Spend: ...
    @property
    def fan_outs(self) -> FanOuts: ...
    @property
    def trunks(self) -> Trunks: ...
    @property
    def one_time_codes(self) -> OneTimeCodes: ...
    @property
    def speech(self) -> Speech: ...
    @property
    def sounds(self) -> SoundRows: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def sound_waits(self) -> SoundWaits: ...
    @property
    def agents(self) -> Agents: ...
    @property
    def users(self) -> Users: ...
    @property
    def pacing(self) -> Pacing: ...
    @property
    def agent_legs(self) -> LegRows: ...
    @property
    def installation(self) -> Installation: ...
    def after_commit(self, action: Callable[[], None]) -> None:
        """Run the action when the transaction has committed; never when it rolls back."""


class DispatchStore(Protocol):
    """The database; both methods raise ``Unavailable`` when it cannot be reached or is too busy."""

    def transaction(self) -> AbstractContextManager[DispatchTransaction]:
        """Begin a transaction that may write; commit at the end of the block, roll back on an error."""

    def reading(self) -> AbstractContextManager[DispatchTransaction]:
        """Begin a read-only transaction."""
