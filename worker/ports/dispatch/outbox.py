"""What dispatching needs to have customers told of their calls."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CallId, CampaignId, DeliveryId, SubscriptionId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One callback on its way: written with what it tells, sent at least once; its id is the ``webhook-id``."""

    id: DeliveryId
    tenant_id: TenantId
    campaign_id: CampaignId
    call_id: CallId
    event: CallbackEvent
    url: str
    host: str
    body: str
    attempt: int = 0
    attempts_before: int = 0
    subscription_id: SubscriptionId | None = None

    @property
    def address(self) -> tuple[TenantId, str]:
        """Give whose URL it goes to: what one tenant's receiver does says nothing of another's."""
        return self.tenant_id, self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who wants to hear of one kind of event of all the tenant's calls, and the key that goes with it."""

    id: SubscriptionId
    tenant_id: TenantId
    domain: str
    event: CallbackEvent
    url: str
    apikey: str = ""


class Outbox(Protocol):
    """The outbox of callbacks."""

    def insert(self, deliveries: Sequence[Delivery], *, now: DateTime) -> None:
        """Add rows to be sent at once; an event of a call is added once for each who wants it, however often told."""

    def due_hosts(self, *, now: DateTime) -> list[str]:
        """Give hosts that have due deliveries, are not shut, and whose turn nobody has."""


class Subscribers(Protocol):
    """Who wants to hear of events."""

    def of(self, tenant_ids: Collection[TenantId], *, events: Collection[CallbackEvent]) -> list[Subscription]:
        """Give the tenants' subscriptions to one of the events, oldest first."""
