"""Ports for reading and replaying callbacks, and for the URLs they go to."""

from collections.abc import Collection, Sequence
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
    """One POST and its result; ``status`` is None without a response."""

    number: int
    sent_at: DateTime
    milliseconds: int
    status: int | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRecord:
    """A callback as operators read it, with its attempts, oldest first."""

    id: DeliveryId
    campaign_id: CampaignId | None
    call_id: CallId | None
    subscription_id: SubscriptionId | None
    event: CallbackEvent
    url: str
    body: str
    state: DeliveryState
    attempt: int
    next_at: DateTime
    """When it is due. A circuit breaker, of the URL or of its host, may keep it back for longer."""
    url_shut_until: DateTime | None
    host_shut_until: DateTime | None
    replayed_at: DateTime | None
    last_status: int | None
    last_error: str
    created_at: DateTime
    updated_at: DateTime
    attempts: Sequence[PastAttempt] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFilter:
    """Conditions that callbacks must meet; None is no condition. Periods include their start and exclude their end."""

    delivery_id: DeliveryId | None = None
    campaign_id: CampaignId | None = None
    call_id: CallId | None = None
    call_ids: Collection[CallId] | None = None
    """Callbacks of any of these calls."""
    event: CallbackEvent | None = None
    state: DeliveryState | None = None
    created_from: DateTime | None = None
    created_before: DateTime | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """One batch of callbacks that are pending again; ``last_id`` is the cursor for the next batch."""

    last_id: DeliveryId
    count: int
    hosts: frozenset[str]
    urls: frozenset[str]


class CallbackRecords(Protocol):
    """Callbacks as operators read and replay them; every method is limited to one tenant."""

    def page(self, tenant_id: TenantId, part: Slice, *, wanted: CallbackFilter) -> Page[CallbackRecord]:
        """Return the tenant's callbacks with their attempts, newest first."""

    def replay(
        self, tenant_id: TenantId, *, wanted: CallbackFilter, after: DeliveryId | None, limit: int, now: DateTime
    ) -> Replayed | None:
        """Make a batch of callbacks due now, each with the full retry schedule again; None when no callback is left."""

    def urls(self, tenant_id: TenantId, part: Slice) -> Page[tuple[str, UrlStanding]]:
        """Return the tenant's URLs that failed lately or are disabled, sorted by URL."""

    def enable(self, tenant_id: TenantId, urls: frozenset[str]) -> int:
        """Enable those of the URLs that are disabled or shut by their breaker; return how many that were."""
