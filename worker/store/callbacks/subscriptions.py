"""Subscriptions of URLs to events."""

from collections import Counter
from collections.abc import Collection, Iterable
from operator import itemgetter
from typing import Final

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, insert, select, union_all, update
from typing_extensions import override

from worker.domain.callback_event import CallbackEvent
from worker.domain.errors import NotFound
from worker.domain.ids import SubscriptionId, TenantId
from worker.domain.secret_place import SecretPlace
from worker.ports.callbacks.deliveries import Subscriptions
from worker.ports.dispatch.outbox import FEW, Subscribed, Subscription
from worker.store.base.callback_tables import event_subscriptions
from worker.store.base.sealing import Sealer
from worker.store.base.tables import tenants

PARTS_AT_ONCE: Final = 20
"""Tenants that one statement asks for; another number of them is another statement to prepare."""
_OURS: Final = event_subscriptions.c
_NAMES: Final = ("id", "tenant_id", "event", "url", "apikey")


class SqlSubscriptions(Subscriptions):
    """Subscriptions in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection
        self._sealer = Sealer(connection)

    @override
    def of(self, tenant_ids: Collection[TenantId], *, events: Collection[CallbackEvent], few: int = FEW) -> Subscribed:
        rows = self._first(((_OURS.tenant_id == one,) for one in tenant_ids), limit=few + 1)
        numbers = Counter(row["tenant_id"] for row in rows)
        crowded = {tenant_id for tenant_id, number in numbers.items() if number > few}
        pairs = ((_OURS.tenant_id == one, _OURS.event == event) for one in crowded for event in events)
        wanted = [row for row in rows if row["tenant_id"] not in crowded and row["event"] in events]
        return Subscribed(
            [self._read(row) for row in sorted(wanted, key=itemgetter("id"))],
            {(row["tenant_id"], row["event"]): row["domain"] for row in self._first(pairs, limit=1)},
        )

    def _first(self, conditions: Iterable[tuple[ColumnElement[bool], ...]], *, limit: int) -> list[RowMapping]:
        """Return the first rows that fulfil each of the conditions; what they leave unread costs nothing."""
        parts = [select(_all().where(*both).limit(limit).subquery()) for both in conditions]
        found: list[RowMapping] = []
        for start in range(0, len(parts), PARTS_AT_ONCE):
            found += self._connection.execute(union_all(*parts[start : start + PARTS_AT_ONCE])).mappings()
        return found

    @override
    def apikeys(self, ids: Collection[SubscriptionId]) -> dict[SubscriptionId, str]:
        if not ids:
            return {}
        asked = _all().where(_OURS.id.in_(ids))
        found = (self._read(row) for row in self._connection.execute(asked).mappings())
        return {one.id: one.apikey for one in found}

    @override
    def add(self, subscription: Subscription, *, now: DateTime) -> None:
        row = {name: getattr(subscription, name) for name in _NAMES}
        apikey = self._sealer.seal(subscription.apikey, place=SecretPlace.SUBSCRIPTION_KEY)
        self._connection.execute(insert(event_subscriptions).values(row | {"apikey": apikey, "created_at": now}))

    @override
    def of_tenant(self, tenant_id: TenantId) -> list[Subscription]:
        asked = _all().where(_OURS.tenant_id == tenant_id).order_by(_OURS.id)
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
    return asked.where(event_subscriptions.c.deleted_at.is_(None))
