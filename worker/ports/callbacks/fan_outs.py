"""Port for expanding events to the deliveries of many subscriptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import SubscriptionId, TenantId
from worker.ports.dispatch.outbox import FanOut, FanOuts


@dataclass(frozen=True, slots=True)
class Recipient:
    """A subscription that gets an event if it was made before."""

    id: SubscriptionId
    url: str
    created_at: DateTime


@dataclass(frozen=True, slots=True)
class WaitingFanOut:
    """An event that waits for its deliveries, and when it happened."""

    what: FanOut
    happened_at: DateTime


class WaitingFanOuts(FanOuts, Protocol):
    """Events that are still to be written for many subscriptions, as the task sees them that writes them."""

    def lock(self, tenant_id: TenantId, *, limit: int) -> list[WaitingFanOut]:
        """Lock and return the tenant's oldest events that no other task has locked."""

    def recipients(
        self, tenant_id: TenantId, event: CallbackEvent, *, after: SubscriptionId | None, limit: int
    ) -> list[Recipient]:
        """Return the tenant's next subscriptions to an event, in the order of their ids."""

    def go_on_after(self, fan_out_id: UUID, *, last: SubscriptionId) -> None:
        """Note up to which subscription a locked event has its deliveries."""

    def remove(self, fan_out_ids: Sequence[UUID]) -> None:
        """Delete locked events that have all their deliveries."""

    def tenants(self, *, limit: int) -> list[TenantId]:
        """Return tenants with waiting events, those with the oldest first."""
