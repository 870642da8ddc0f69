"""The port for alerts: who subscribed to which, what was told, and what campaigns do that may become one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_share import Address
from worker.domain.callback_url import UrlStanding
from worker.domain.campaign_settings import CampaignSettings
from worker.domain.ids import CampaignId, RunId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """A tenant with subscriptions to an alert; ``since`` is when it made the first of them."""

    tenant_id: TenantId
    domain: str
    zone: str
    since: DateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that lasts since a time; ``raised_at`` is when subscriptions were told, None while it is watched."""

    event: CallbackEvent
    tenant_id: TenantId
    subject: str
    since: DateTime
    raised_at: DateTime | None = None
    run_id: RunId | None = None

    @property
    def key(self) -> tuple[TenantId, str]:
        """Return what is unique among alerts of one event."""
        return self.tenant_id, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRun:
    """A campaign's settings, and the last times of its latest calls."""

    settings: CampaignSettings
    is_deleted: bool = False
    last_dialled_at: DateTime | None = None
    last_ended_at: DateTime | None = None
    """Of the calls of its present run."""


Watchers = Mapping[TenantId, Watcher]


class Alerts(Protocol):
    """Alerts, and the reads that they need; each read is bounded by the campaigns that it names."""

    def watchers(self) -> Mapping[CallbackEvent, Watchers]:
        """Return which tenants subscribed to which alerts."""

    def lock(self) -> str | None:
        """Lock all alerts and return where the last run ended; None while another process has them locked."""

    def go_on_after(self, position: str) -> None:
        """Store where the next run goes on."""

    def of(self, event: CallbackEvent, *, limit: int) -> Sequence[Alert]:
        """Return alerts of an event, raised or watched, longest first."""

    def put(self, alerts: Collection[Alert]) -> None:
        """Insert or replace alerts."""

    def remove(self, alerts: Collection[Alert]) -> None:
        """Delete alerts."""

    def running(self, tenant_ids: Collection[TenantId], *, after: str, limit: int) -> Sequence[CampaignId]:
        """Return the tenants' campaigns that have a run, in the order of their ids, after this id."""

    def runs(self, campaign_ids: Collection[CampaignId]) -> Mapping[CampaignId, WatchedRun]:
        """Return campaigns by id, deleted ones too."""

    def finished(self, campaign_ids: Collection[CampaignId], *, now: DateTime) -> Sequence[WatchedRun]:
        """Return those whose run has called, has nobody left to call, and was not told as finished."""

    def quiet(self, campaign_ids: Collection[CampaignId], *, dialled_before: DateTime) -> Sequence[WatchedRun]:
        """Return those of the started campaigns with no call on a switch, and none dialled since."""

    def with_due_leads(self, campaign_ids: Collection[CampaignId], *, now: DateTime) -> set[CampaignId]:
        """Return those with leads that are due."""

    def failing_urls(self, tenant_ids: Collection[TenantId], *, limit: int) -> Mapping[Address, UrlStanding]:
        """Return the tenants' URLs that are disabled or whose breaker is open, those with an alert aside."""

    def standings(self, addresses: Collection[Address]) -> Mapping[Address, UrlStanding]:
        """Return the standings of those of the URLs for which one is stored."""
