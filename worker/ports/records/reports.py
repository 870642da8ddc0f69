"""Ports of the reports: what ended calls add up to, and the calls that are up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pendulum import DateTime

from worker.domain.call import CallState, Outcome
from worker.domain.cdr import Cdr
from worker.domain.ids import CallId, CampaignId, LeadId, ListId, RunId, TenantId
from worker.domain.network import Network
from worker.domain.report import Part, Quarters
from worker.domain.tally import TalkTime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsWanted:
    """Conditions that calls of a report must meet; None is no condition."""

    campaign_id: CampaignId | None = None
    list_id: ListId | None = None
    run_id: RunId | None = None
    network: Network | None = None
    quarters: Quarters = field(default_factory=Quarters)
    """When they started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSum:
    """How many calls had one outcome, and how long they lasted together, in seconds."""

    campaign_id: CampaignId
    outcome: Outcome
    calls: int
    duration: int
    billsec: int
    part: int = 0
    """The place of the part of the period."""
    network: Network | None = None
    """None unless the networks were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallKind:
    """How many calls ended alike."""

    outcome: Outcome
    cause: str
    pressed_key: str
    """Empty without one."""
    talk_time: TalkTime
    calls: int


@dataclass(frozen=True, slots=True)
class ReportedCampaign:
    """A campaign as a report names it."""

    id: CampaignId
    name: str
    is_deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A call that is on a switch, or being sent to it."""

    call_id: CallId
    campaign_id: CampaignId
    lead_id: LeadId
    phone: str
    network: Network
    caller_id: str
    state: CallState
    switch: str
    attempt: int
    dialing_at: DateTime | None
    ringing_at: DateTime | None
    answered_at: DateTime | None


class Reports(Protocol):
    """Sums of ended calls, which cost the same at any age, and the calls that are up."""

    def campaigns(self, tenant_id: TenantId, campaign_id: CampaignId | None) -> list[ReportedCampaign]:
        """Return the tenant's campaigns, or the one; deleted ones too, the newest first."""

    def sums(
        self, tenant_id: TenantId, wanted: CallsWanted, *, parts: Sequence[Part], by_network: bool
    ) -> list[CallSum]:
        """Return the sums of ended calls; without ``parts`` all belong to the part 0."""

    def kinds(self, tenant_id: TenantId, wanted: CallsWanted) -> list[CallKind]:
        """Return how many calls ended alike."""

    def has_old_ends(self, tenant_id: TenantId | None = None) -> bool:
        """Return True while calls, or calls of this tenant, are still to be counted that an earlier release ended."""

    def latest_calls(
        self, lead_ids: Collection[LeadId], *, since: DateTime | None, before: DateTime | None
    ) -> dict[LeadId, Cdr]:
        """Return each lead's last ended call that started in the period."""

    def live_calls(self, tenant_id: TenantId, campaign_id: CampaignId | None, *, limit: int) -> list[LiveCall]:
        """Return calls that are on a switch or being sent to it, the longest first."""

    def count_live(self, tenant_id: TenantId, campaign_id: CampaignId | None) -> int:
        """Return how many those are."""

    def fold(self, *, limit: int) -> int:
        """Add up to so many changes to the sums, and delete them; return how many."""

    def count_old_ends(self, *, limit: int) -> int:
        """Count up to so many calls that an earlier release ended or changed; return how many."""
