"""Ports for writing callbacks while calls are dispatched: outbox and subscribers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_share import Address
from worker.domain.ids import CallId, CampaignId, DeliveryId, SubscriptionId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One callback: written in the transaction that makes it true, sent at least once; its id is the ``webhook-id``."""

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
    """Attempts before the last replay; the retry schedule counts only those after it."""
    subscription_id: SubscriptionId | None = None
    corrected: bool = False
    """True when it replaces an earlier delivery of the same event, which told an assumed end."""

    @property
    def address(self) -> Address:
        """Return tenant and URL."""
        return self.tenant_id, self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A URL that gets one kind of event of all the tenant's calls; ``apikey`` is sent with each callback."""

    id: SubscriptionId
    tenant_id: TenantId
    domain: str
    event: CallbackEvent
    url: str
    apikey: str = ""


class Outbox(Protocol):
    """The outbox: callbacks that are stored before they are sent."""

    def insert(self, deliveries: Sequence[Delivery], *, now: DateTime) -> None:
        """Add deliveries that are due now; a repeated event of a call adds no second one for the same recipient."""


class Subscribers(Protocol):
    """Reads subscriptions to events."""

    def of(self, tenant_ids: Collection[TenantId], *, events: Collection[CallbackEvent]) -> list[Subscription]:
        """Return the tenants' subscriptions to any of the events, oldest first."""
