"""Begin and end subscriptions to events."""

from pendulum import DateTime

from worker.domain.ids import SubscriptionId
from worker.ports.callbacks.deliveries import Subscription
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore


def subscribe(store: RecordStore, subscription: Subscription, *, now: DateTime) -> None:
    """Have a URL told of an event from now on."""
    with store.transaction() as tx:
        tx.subscriptions.add(subscription, now=now)


def unsubscribe(store: RecordStore, *, tenant: Tenant, subscription_id: SubscriptionId, now: DateTime) -> None:
    """Tell it nothing more; raises ``NotFound``."""
    with store.transaction() as tx:
        tx.subscriptions.remove(tenant.id, subscription_id, now=now)
