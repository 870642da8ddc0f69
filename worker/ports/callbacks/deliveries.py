"""Ports for delivering callbacks: sender, outbox, hosts, URLs, subscriptions."""

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
    """One attempt to send a callback: when, how long it took, the answer, and what follows from it."""

    delivery: Delivery
    sent_at: DateTime
    milliseconds: int
    answer: Answer
    decision: Delivered | RetryAt | Dead


class CallbackSender(Protocol):
    """Posts callbacks."""

    def send(self, delivery: Delivery, *, secrets: Sequence[str], apikey: str, now: DateTime) -> Answer:
        """POST the body, signed with each secret; never raises, whatever the receiver does."""


class Deliveries(Outbox, Protocol):
    """The outbox as the sending side uses it."""

    def due(self, host: str, *, now: DateTime, limit: int, besides: Collection[DeliveryId]) -> list[Delivery]:
        """Return due deliveries of a host except ``besides``, longest due first; the caller holds the host's lease."""

    def record(self, attempts: Sequence[Attempt], *, now: DateTime) -> None:
        """Write attempts and the new states of their deliveries.

        After a lapsed lease two tasks may have sent the same row: a failure never overwrites what the other task wrote.
        """

    def mark_dead(self, reasons: Mapping[DeliveryId, str], *, now: DateTime) -> None:
        """Turn pending deliveries into dead letters, each with its reason."""

    def give_up(self, *, waiting_since: DateTime, reason: str, limit: int, now: DateTime) -> int:
        """Turn deliveries that have waited since before ``waiting_since`` into dead letters; return how many."""

    def forget(self, *, ended_before: DateTime, limit: int) -> int:
        """Delete deliveries that ended before ``ended_before``, with their attempts; return how many."""

    def secrets(self, tenant_id: TenantId, *, now: DateTime) -> list[str]:
        """Return the tenant's signing secrets (``whsec_…``): the present one, then the retired one if still valid."""


class Hosts(Protocol):
    """The hosts that receive callbacks: each has a lease, which one task at a time holds, and its stored health."""

    def acquire(self, host: str, *, lease: UUID, now: DateTime, until: DateTime) -> HostHealth | None:
        """Take the host's lease until ``until`` and return its health; None when another task holds the lease.

        A shut host is not leased: its health is returned. A holder that finds nothing due must release the lease in
        the transaction in which it looked. So a task that gets None may stop, because the holder sees what is due.
        """

    def renew(self, host: str, *, lease: UUID, health: HostHealth, until: DateTime) -> bool:
        """Extend the lease and store the host's health; False when another task has taken the lapsed lease."""

    def release(self, host: str, *, lease: UUID, health: HostHealth) -> None:
        """End the lease and store the host's health."""


class CallbackUrls(Protocol):
    """The standings of callback URLs: which of them fail, and which are disabled."""

    def of(self, addresses: Collection[tuple[TenantId, str]]) -> dict[tuple[TenantId, str], UrlStanding]:
        """Return the standings of those of the URLs for which one is stored."""

    def save(self, standings: Mapping[tuple[TenantId, str], UrlStanding]) -> None:
        """Insert or replace standings."""


class Subscriptions(Subscribers, Protocol):
    """Subscriptions to callback events."""

    def apikeys(self, ids: Collection[SubscriptionId]) -> dict[SubscriptionId, str]:
        """Return the API keys of those of the subscriptions that have not been removed."""

    def add(self, subscription: Subscription, *, now: DateTime) -> None:
        """Add a subscription."""

    def of_tenant(self, tenant_id: TenantId) -> list[Subscription]:
        """Return the tenant's subscriptions, oldest first."""

    def remove(self, tenant_id: TenantId, subscription_id: SubscriptionId, *, now: DateTime) -> None:
        """Remove a subscription; raises ``NotFound``."""
