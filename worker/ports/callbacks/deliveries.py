"""What use cases need to tell customers of their calls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.breaker import HostHealth
from worker.domain.callback_url import UrlStanding
from worker.domain.ids import DeliveryId, SubscriptionId, TenantId
from worker.domain.retry import Answer, Dead, Delivered, RetryAt
from worker.ports.dispatch.outbox import Delivery, Outbox, Subscribers, Subscription


@dataclass(frozen=True, slots=True)
class Attempt:
    """One callback that was sent, how long that took, and what follows from the answer."""

    delivery: Delivery
    sent_at: DateTime
    milliseconds: int
    answer: Answer
    decision: Delivered | RetryAt | Dead


class CallbackSender(Protocol):
    """Posts one callback."""

    def send(self, delivery: Delivery, *, secrets: Sequence[str], apikey: str, now: DateTime) -> Answer:
        """POST the body, signed with each of the secrets; never raises for what a receiver can do."""


class Deliveries(Outbox, Protocol):
    """The outbox as those who send see it."""

    def due(self, host: str, *, now: DateTime, limit: int, besides: Collection[DeliveryId]) -> list[Delivery]:
        """Give due deliveries of a host, longest due first, besides those; for whoever has the host's turn."""

    def record(self, attempts: Sequence[Attempt], *, now: DateTime) -> None:
        """Write attempts, and what follows for their deliveries.

        When two have sent one row, because a turn lapsed, a failure never undoes what the other wrote.
        """

    def mark_dead(self, reasons: Mapping[DeliveryId, str], *, now: DateTime) -> None:
        """Make dead letters of pending deliveries that are not to be sent."""

    def give_up(self, *, waiting_since: DateTime, reason: str, limit: int, now: DateTime) -> int:
        """Make dead letters of deliveries that have waited since before then; say how many."""

    def forget(self, *, ended_before: DateTime, limit: int) -> int:
        """Take away deliveries, with their attempts, that ended before then; say how many."""

    def secrets(self, tenant_id: TenantId, *, now: DateTime) -> list[str]:
        """Give the tenant's signing secrets (``whsec_…``): the present one, then the retired one while it is valid."""


class Hosts(Protocol):
    """The hosts that callbacks go to: one sends to each at a time, and knows how it fared before."""

    def acquire(self, host: str, *, lease: UUID, now: DateTime, until: DateTime) -> HostHealth | None:
        """Take the host's turn until then; None when another has it. A host that is shut is not taken.

        Whoever has the turn and finds nothing due leaves in the same transaction; so one who is refused may go: what it
        was asked to send is seen by the other.
        """

    def renew(self, host: str, *, lease: UUID, health: HostHealth, until: DateTime) -> bool:
        """Hold a turn for longer, and remember how the host fares; False when the turn has lapsed and is another's."""

    def release(self, host: str, *, lease: UUID, health: HostHealth) -> None:
        """End a turn, and remember how the host fares."""


class CallbackUrls(Protocol):
    """How callback URLs have fared, and which are disabled."""

    def of(self, addresses: Collection[tuple[TenantId, str]]) -> dict[tuple[TenantId, str], UrlStanding]:
        """Give the standings of those URLs of which there is something to say."""

    def save(self, standings: Mapping[tuple[TenantId, str], UrlStanding]) -> None:
        """Write standings."""


class Subscriptions(Subscribers, Protocol):
    """Subscriptions to events."""

    def apikeys(self, ids: Collection[SubscriptionId]) -> dict[SubscriptionId, str]:
        """Give the keys of those subscriptions that have not been taken back."""

    def add(self, subscription: Subscription, *, now: DateTime) -> None:
        """Add a subscription."""

    def of_tenant(self, tenant_id: TenantId) -> list[Subscription]:
        """Give the tenant's subscriptions, oldest first."""

    def remove(self, tenant_id: TenantId, subscription_id: SubscriptionId, *, now: DateTime) -> None:
        """Take one back; raises ``NotFound``."""
