"""Subscriptions of URLs to events."""

from collections.abc import Collection
from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, RowMapping, Select, insert, select, update
from typing_extensions import override

from worker.domain.callback_event import CallbackEvent
from worker.domain.errors import NotFound
from worker.domain.ids import SubscriptionId, TenantId
from worker.domain.secret_place import SecretPlace
from worker.ports.callbacks.deliveries import Subscriptions
from worker.ports.dispatch.outbox import Subscription
from worker.store.base.callback_tables import event_subscriptions
from worker.store.base.dialect import among
from worker.store.base.sealing import Sealer
from worker.store.base.tables import tenants

_NAMES: Final = ("id", "tenant_id", "event", "url", "apikey")


class SqlSubscriptions(Subscriptions):
    """Subscriptions in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection
        self._sealer = Sealer(connection)

    @override
    def of(self, tenant_ids: Collection[TenantId], *, events: Collection[CallbackEvent]) -> list[Subscription]:
        asked = {"tenants": list(tenant_ids), "events": list(events)}
        return [self._read(row) for row in self._connection.execute(_OF, asked).mappings()]

    @override
    def apikeys(self, ids: Collection[SubscriptionId]) -> dict[SubscriptionId, str]:
        if not ids:
            return {}
        asked = _all().where(event_subscriptions.c.id.in_(ids))
        found = (self._read(row) for row in self._connection.execute(asked).mappings())
        return {one.id: one.apikey for one in found}

    @override
    def add(self, subscription: Subscription, *, now: DateTime) -> None:
        row = {name: getattr(subscription, name) for name in _NAMES}
        apikey = self._sealer.seal(subscription.apikey, place=SecretPlace.SUBSCRIPTION_KEY)
        self._connection.execute(insert(event_subscriptions).values(row | {"apikey": apikey, "created_at": now}))

    @override
    def of_tenant(self, tenant_id: TenantId) -> list[Subscription]:
        asked = _all().where(event_subscriptions.c.tenant_id == tenant_id)
        return [self._read(row) for row in self._connection.execute(asked).mappings()]

    @override
    def remove(self, tenant_id: TenantId, subscription_id: SubscriptionId, *, now: DateTime) -> None:
        ours = update(event_subscriptions).where(
            event_subscriptions.c.tenant_id == tenant_id,
            event_subscriptions.c.id == subscription_id,
            event_subscriptions.c.deleted_at.is_(None),
        )
        if self._connection.execute(ours.values(deleted_at=now)).rowcount == 0:
            raise NotFound("Not Found")

    def _read(self, row: RowMapping) -> Subscription:
        return Subscription(**{**row, "apikey": self._sealer.unseal(row["apikey"], place=SecretPlace.SUBSCRIPTION_KEY)})


def _all() -> Select[*tuple[object, ...]]:
    named = [event_subscriptions.c[name] for name in _NAMES]
    asked = select(*named, tenants.c.name.label("domain")).join(
        tenants, tenants.c.id == event_subscriptions.c.tenant_id
    )
    return asked.where(event_subscriptions.c.deleted_at.is_(None)).order_by(event_subscriptions.c.id)


_OF: Final = _all().where(
    among(event_subscriptions.c.tenant_id, "tenants"), among(event_subscriptions.c.event, "events")
)
