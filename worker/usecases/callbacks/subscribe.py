"""Create and delete subscriptions to events."""

from collections.abc import Mapping

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_url import as_requested
from worker.domain.caps import DEFAULT_CAPS, Cap, check_cap
from worker.domain.errors import Conflict
from worker.domain.ids import SubscriptionId, TenantId
from worker.ports.callbacks.store import CallbackStore
from worker.ports.dispatch.outbox import Subscription


def subscribe(
    store: CallbackStore, subscription: Subscription, *, now: DateTime, caps: Mapping[Cap, int] = DEFAULT_CAPS
) -> None:
    """Subscribe a URL to an event from now on.

    Raises ``Conflict`` when it is subscribed already, and ``OverCap`` when the tenant has no more subscriptions left.
    """
    tenant_id = subscription.tenant_id
    with store.transaction() as tx:
        tx.tenant_caps.lock(tenant_id, Cap.SUBSCRIPTIONS)
        present = tx.subscriptions.of_tenant(tenant_id)
        if _of(subscription) in map(_of, present):
            raise Conflict("callback_url is already subscribed to this event")
        check_cap(Cap.SUBSCRIPTIONS, own=tx.tenant_caps.own(tenant_id), defaults=caps, used=len(present))
        tx.subscriptions.add(subscription, now=now)


def _of(subscription: Subscription) -> tuple[CallbackEvent, str]:
    return subscription.event, as_requested(subscription.url)


def unsubscribe(store: CallbackStore, *, tenant_id: TenantId, subscription_id: SubscriptionId, now: DateTime) -> None:
    """Delete a subscription; raises ``NotFound``."""
    with store.transaction() as tx:
        tx.subscriptions.remove(tenant_id, subscription_id, now=now)
