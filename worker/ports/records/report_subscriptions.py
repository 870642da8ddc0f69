"""The port for daily reports: who asked for them, and those that are still to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.ids import CampaignId, TenantId
from worker.domain.language import Language
from worker.domain.report_subscription import Channel
from worker.domain.retry import DeliveryState
from worker.ports.records.report_files import ReportForm


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSubscription:
    """A reader of one campaign's daily report; ``minute`` is when it is made, in minutes of the tenant's day."""

    id: UUID
    tenant_id: TenantId
    campaign_id: CampaignId
    channel: Channel
    address: str
    """A mail address, or a URL."""
    form: ReportForm
    """Of the attachment."""
    language: Language
    minute: int
    next_at: DateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyReport:
    """The report of one day for one subscription; its id is the mail's ``Message-ID``, or the callback's id.

    It is delivered when the mail server has taken it, or when it is written to the callbacks, which have their own
    retries.
    """

    id: UUID
    subscription_id: UUID
    tenant_id: TenantId
    day: str
    due_at: DateTime
    """When it became due: the day is the one before, in the tenant's zone."""
    state: DeliveryState = DeliveryState.PENDING
    attempt: int = 0
    """Attempts made; a claim counts as one."""
    next_at: DateTime
    last_error: str = ""
    address: str = ""
    """Filled when it is read."""


class ReportSubscriptions(Protocol):
    """Subscriptions to reports, and their daily reports."""

    def add(self, subscription: ReportSubscription, *, now: DateTime) -> None:
        """Add a subscription."""

    def of_tenant(self, tenant_id: TenantId) -> list[ReportSubscription]:
        """Return the tenant's subscriptions, oldest first."""

    def remove(self, tenant_id: TenantId, subscription_id: UUID, *, now: DateTime) -> None:
        """Remove a subscription, and give up its pending reports; raises ``NotFound``."""

    def take_due(self, *, now: DateTime, limit: int) -> list[ReportSubscription]:
        """Lock and return subscriptions that are due, of campaigns that exist; rows that others have are left out."""

    def postpone(self, subscription_id: UUID, *, next_at: DateTime) -> None:
        """Store when the subscription is due again."""

    def add_report(self, report: DailyReport, *, now: DateTime) -> None:
        """Add a report to be sent; a second one of the same subscription and day is not added."""

    def has_due(self, *, now: DateTime) -> bool:
        """Return True when a report is to be sent."""

    def claim(self, *, now: DateTime, until: DateTime) -> tuple[DailyReport, ReportSubscription] | None:
        """Return the report that is due longest, with one attempt more; no other task gets it before ``until``."""

    def record(self, report: DailyReport, *, now: DateTime) -> None:
        """Store the result of the attempt of this number; a later attempt's result stays."""

    def latest(
        self, tenant_id: TenantId, *, limit: int, states: Sequence[DeliveryState] = tuple(DeliveryState)
    ) -> list[DailyReport]:
        """Return the tenant's newest reports in these states."""

    def forget(self, *, ended_before: DateTime, limit: int) -> int:
        """Delete reports that ended before this time; return how many."""
