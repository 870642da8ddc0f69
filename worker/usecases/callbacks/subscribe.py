"""Create and delete subscriptions to events."""

from pendulum import DateTime

from worker.domain.ids import SubscriptionId, TenantId
from worker.ports.callbacks.store import CallbackStore
from worker.ports.dispatch.outbox import Subscription


def subscribe(store: CallbackStore, subscription: Subscription, *, now: DateTime) -> None:
    """Subscribe a URL to an event from now on."""
    with store.transaction() as tx:
        tx.subscriptions.add(subscription, now=now)


def unsubscribe(store: CallbackStore, *, tenant_id: TenantId, subscription_id: SubscriptionId, now: DateTime) -> None:
    """Delete a subscription; raises ``NotFound``."""
    with store.transaction() as tx:
        tx.subscriptions.remove(tenant_id, subscription_id, now=now)
