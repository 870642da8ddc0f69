"""Events that wait for the deliveries of many subscriptions."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Connection, delete, insert, select, update
from typing_extensions import override

from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import SubscriptionId, TenantId
from worker.ports.callbacks.fan_outs import Recipient, WaitingFanOut, WaitingFanOuts
from worker.ports.dispatch.outbox import FanOut
from worker.store.base.callback_tables import event_subscriptions, fan_outs
from worker.store.base.tables import tenants

_NAMES: Final = ("id", "tenant_id", "campaign_id", "call_id", "event", "corrected", "body", "traceparent")
_TABLE: Final = fan_outs
_AFTER: Final = _TABLE.c.after_subscription_id


class SqlFanOuts(WaitingFanOuts):
    """Waiting events in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def insert(self, fan_outs: Sequence[FanOut], *, now: DateTime) -> None:
        rows = [{name: getattr(one, name) for name in _NAMES} | {"created_at": now} for one in fan_outs]
        if rows:
            self._connection.execute(insert(_TABLE), rows)

    @override
    def lock(self, tenant_id: TenantId, *, limit: int) -> list[WaitingFanOut]:
        asked = select(_TABLE).where(_TABLE.c.tenant_id == tenant_id).order_by(_TABLE.c.id).limit(limit)
        rows = self._connection.execute(asked.with_for_update(skip_locked=True)).mappings()
        return [
            WaitingFanOut(FanOut(**{name: row[name] for name in _NAMES}, after=row[_AFTER.name]), row["created_at"])
            for row in rows
        ]

    @override
    def recipients(
        self, tenant_id: TenantId, event: CallbackEvent, *, after: SubscriptionId | None, limit: int
    ) -> list[Recipient]:
        known = event_subscriptions.c
        asked = select(known.id, known.url, known.created_at).where(
            known.tenant_id == tenant_id, known.event == event, known.deleted_at.is_(None)
        )
        if after is not None:
            asked = asked.where(known.id > after)
        rows = self._connection.execute(asked.order_by(known.id).limit(limit))
        return [Recipient(SubscriptionId(row.id), row.url, row.created_at) for row in rows]

    @override
    def go_on_after(self, fan_out_id: UUID, *, last: SubscriptionId) -> None:
        self._connection.execute(update(_TABLE).where(_TABLE.c.id == fan_out_id).values({_AFTER: last}))

    @override
    def remove(self, fan_out_ids: Sequence[UUID]) -> None:
        if fan_out_ids:
            self._connection.execute(delete(_TABLE).where(_TABLE.c.id.in_(fan_out_ids)))

    @override
    def tenants(self, *, limit: int) -> list[TenantId]:
        oldest = select(_TABLE.c.id).where(_TABLE.c.tenant_id == tenants.c.id).order_by(_TABLE.c.id).limit(1)
        found = select(tenants.c.id, oldest.scalar_subquery().label("oldest")).subquery()
        asked = select(found.c.id).where(found.c.oldest.is_not(None)).order_by(found.c.oldest).limit(limit)
        return [TenantId(id_) for id_ in self._connection.scalars(asked)]
