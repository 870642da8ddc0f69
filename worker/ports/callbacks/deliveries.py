"""Ports for delivering callbacks: sender, outbox, hosts, URLs, subscriptions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.breaker import HostHealth
from worker.domain.callback_share import Address
from worker.domain.callback_url import UrlStanding
from worker.domain.chosen_ids import ChosenIds
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


@dataclass(frozen=True, slots=True)
class WaitingUrl:
    """A URL for which callbacks are pending: when the first of them is due, and how the URL behaves."""

    address: Address
    next_at: DateTime
    standing: UrlStanding


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the order in which pending deliveries are looked through: by host, tenant and URL."""

    host: str
    tenant_id: TenantId
    url: str


@dataclass(frozen=True, slots=True)
class DueHosts:
    """Hosts to send to, and after which place to go on; None at the end."""

    hosts: Sequence[str]
    go_on_after: Position | None


class CallbackSender(Protocol):
    """Posts callbacks."""

    def send(self, delivery: Delivery, *, secrets: Sequence[str], apikey: str, now: DateTime) -> Answer:
        """POST the body, signed with each secret; never raises, whatever the receiver does."""


@dataclass(frozen=True, slots=True)
class HostState:
    """A host's health, and the rotation: which of its URLs was read last."""

    health: HostHealth
    served: Address | None = None


class Deliveries(Outbox, Protocol):
    """The outbox as the sending side uses it."""

    def waiting_urls(self, host: str, *, after: Address | None, limit: int) -> list[WaitingUrl]:
        """Return the host's URLs that have pending deliveries, by tenant and URL, after ``after``.

        The cost is that of the URLs that are returned; further deliveries of a URL cost nothing.
        """

    def due(
        self, host: str, *, wanted: Mapping[Address, int], now: DateTime, besides: Collection[DeliveryId]
    ) -> list[Delivery]:
        """Return up to so many due deliveries of each URL except ``besides``, longest due first.

        The caller holds the host's lease.
        """

    def due_hosts(self, *, after: Position | None, urls: int, hosts: int, now: DateTime) -> DueHosts:
        """Return up to ``hosts`` hosts to send to, of the next ``urls`` URLs with pending deliveries.

        Hosts that are shut, or whose lease a task holds, are left out, and so are those whose due URLs are all shut.
        """

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

    def chosen_ids(self, tenant_id: TenantId) -> ChosenIds:
        """Return the ids that the tenant chose although another has them: it must not read ours in a body."""

    def secrets(self, tenant_id: TenantId, *, now: DateTime) -> list[str]:
        """Return the tenant's signing secrets (``whsec_…``): the present one, then the retired one if still valid."""


class Hosts(Protocol):
    """The hosts that receive callbacks: each has a lease, which one task at a time holds, and its stored health."""

    def acquire(self, host: str, *, lease: UUID, now: DateTime, until: DateTime) -> HostState | None:
        """Take the host's lease until ``until`` and return its state; None when another task holds the lease.

        A shut host is not leased: its state is returned. A holder that finds nothing due must release the lease in
        the transaction in which it looked. So a task that gets None may stop, because the holder sees what is due.
        """

    def renew(self, host: str, *, lease: UUID, state: HostState, until: DateTime) -> bool:
        """Extend the lease and store the host's state; False when another task has taken the lapsed lease."""

    def release(self, host: str, *, lease: UUID, state: HostState) -> None:
        """End the lease and store the host's state."""


class CallbackUrls(Protocol):
    """The standings of callback URLs: which of them fail, and which are disabled."""

    def of(self, addresses: Collection[Address]) -> dict[Address, UrlStanding]:
        """Return the standings of those of the URLs for which one is stored."""

    def save(self, standings: Mapping[Address, UrlStanding]) -> None:
        """Insert or replace standings."""


class Cursors(Protocol):
    """Where work that is done in batches goes on."""

    def lock(self, name: str) -> str | None:
        """Lock a cursor and return its position, empty at the beginning; None while another process has it locked."""

    def save(self, name: str, *, position: str) -> None:
        """Store a locked cursor's position."""


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
