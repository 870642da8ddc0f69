"""Callbacks as operators read and replay them, the URLs they go to, and subscriptions to events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_url import UrlStanding
from worker.domain.ids import CallId, CampaignId, DeliveryId, SubscriptionId, TenantId
from worker.domain.retry import DeliveryState
from worker.ports.paging import Page, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAttempt:
    """One POST, and what came of it."""

    number: int
    sent_at: DateTime
    milliseconds: int
    status: int | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRecord:
    """A callback as operators read it; ``attempts`` are joined, oldest first."""

    id: DeliveryId
    campaign_id: CampaignId
    call_id: CallId
    subscription_id: SubscriptionId | None
    event: CallbackEvent
    url: str
    body: str
    state: DeliveryState
    attempt: int
    next_at: DateTime
    replayed_at: DateTime | None
    last_status: int | None
    last_error: str
    created_at: DateTime
    updated_at: DateTime
    attempts: Sequence[PastAttempt] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFilter:
    """Which callbacks are wanted; None is any. Periods include their start and exclude their end."""

    delivery_id: DeliveryId | None = None
    campaign_id: CampaignId | None = None
    call_id: CallId | None = None
    event: CallbackEvent | None = None
    state: DeliveryState | None = None
    created_from: DateTime | None = None
    created_before: DateTime | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """Callbacks that were put in the outbox again, in the order of their ids."""

    last_id: DeliveryId
    count: int
    hosts: frozenset[str]
    urls: frozenset[str]


class CallbackRecords(Protocol):
    """Callbacks of one tenant."""

    def page(self, tenant_id: TenantId, part: Slice, *, wanted: CallbackFilter) -> Page[CallbackRecord]:
        """Give the tenant's callbacks with their attempts, newest first."""

    def replay(
        self, tenant_id: TenantId, *, wanted: CallbackFilter, after: DeliveryId | None, limit: int, now: DateTime
    ) -> Replayed | None:
        """Make callbacks due at once, with all of their attempts before them again; None when there is none left."""

    def urls(self, tenant_id: TenantId, part: Slice) -> Page[tuple[str, UrlStanding]]:
        """Give the tenant's URLs that have failed lately or are disabled, in order."""

    def enable(self, tenant_id: TenantId, urls: frozenset[str]) -> int:
        """Send to disabled URLs again; say how many there were."""
