"""Ports for writing callbacks while calls are dispatched: outbox and subscribers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_share import Address
from worker.domain.ids import CallId, CampaignId, DeliveryId, SubscriptionId, TenantId

FEW: Final = 16
"""Subscriptions of a tenant whose deliveries are written with the event, in a batch that also settles others' calls.

One for each kind of event, and a few more.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One callback: written in the transaction that makes it true, sent at least once; its id is the ``webhook-id``."""

    id: DeliveryId
    tenant_id: TenantId
    campaign_id: CampaignId | None
    call_id: CallId | None
    """None: an alert, which belongs to no call and perhaps to no campaign."""
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
    created_at: DateTime | None = field(default=None, compare=False)
    """When it was written; None before that."""
    traceparent: str | None = None
    """The trace of its call; None when that is not traced."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """One event for all subscriptions of a tenant with many: written with the event, and expanded to deliveries later.

    The body is that of the event's time, whatever happens to the call meanwhile.
    """

    id: UUID
    tenant_id: TenantId
    campaign_id: CampaignId | None
    call_id: CallId | None
    """None: an alert, which belongs to no call and perhaps to no campaign."""
    event: CallbackEvent
    corrected: bool = False
    body: str
    traceparent: str | None = None
    """The trace of its call; None when that is not traced."""
    after: SubscriptionId | None = None
    """The last subscription for which there is a delivery already."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Who gets events: the subscriptions of tenants with few, and which events the others subscribe to."""

    few: Sequence[Subscription]
    many: Mapping[tuple[TenantId, CallbackEvent], str]
    """With the name of the tenant."""


class Outbox(Protocol):
    """The outbox: callbacks that are stored before they are sent."""

    def insert(self, deliveries: Sequence[Delivery], *, now: DateTime) -> None:
        """Add deliveries that are due now; a repeated event of a call adds no second one for the same recipient."""


class FanOuts(Protocol):
    """Events that are still to be written for many subscriptions."""

    def insert(self, fan_outs: Sequence[FanOut], *, now: DateTime) -> None:
        """Add events that have just happened."""


class Subscribers(Protocol):
    """Reads subscriptions to events."""

    def of(self, tenant_ids: Collection[TenantId], *, events: Collection[CallbackEvent], few: int = FEW) -> Subscribed:
        """Return who gets any of the events, the oldest subscriptions first.

        A tenant with more than ``few`` subscriptions has many; those are not read, whatever their number.
        """


class OutboxTransaction(Protocol):
    """A transaction in which callbacks are written."""

    @property
    def deliveries(self) -> Outbox: ...
    @property
    def fan_outs(self) -> FanOuts: ...
    def after_commit(self, action: Callable[[], None]) -> None:
        """Run the action when the transaction has committed; never when it rolls back."""
