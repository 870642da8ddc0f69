"""The outbox of callbacks: rows written with a call's end, sent at least once."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from pendulum import DateTime, Duration
from sqlalchemy import Connection, Row, Select, bindparam, exists, select, true, update

from worker.domain.ids import CallId, CampaignId, DeliveryId, TenantId
from worker.domain.retry import Answer, DeliveryState
from worker.ports.dispatch import Delivery
from worker.store.columns import Instant
from worker.store.dialect import insert_or_ignore
from worker.store.tables import PENDING_ROWS, deliveries, tenants

LEASE: Final = Duration(minutes=1)
"""How long a claimed delivery is left alone: longer than a task lives, and all that a crash costs."""


class SqlDeliveries:
    """The outbox in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    def insert(self, deliveries: Sequence[Delivery], *, now: DateTime) -> None:
        """Add rows to be sent at once; one (call, state) is added once, however often it is told."""
        rows = [_to_row(delivery, now=now) for delivery in deliveries]
        if rows:
            self._connection.execute(insert_or_ignore(self._connection, _TABLE), rows)

    def claim(self, host: str, *, now: DateTime, limit: int) -> list[Delivery]:
        """Take due deliveries of a host for sending: nobody else takes them for a minute."""
        due = (
            select(_TABLE)
            .where(_TABLE.c.host == host, PENDING_ROWS, _TABLE.c.next_at <= now)
            .order_by(_TABLE.c.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = [_to_delivery(row) for row in self._connection.execute(due)]
        self._postpone(claimed, until=now + LEASE)
        return claimed

    def give_back(self, deliveries: Collection[Delivery], *, now: DateTime) -> None:
        """Let go of claimed deliveries that were not sent after all: they are due again, the attempt does not count."""
        self._postpone(deliveries, until=now)

    def record(
        self, delivery: Delivery, *, answer: Answer, state: str, next_at: DateTime | None, now: DateTime
    ) -> None:
        """Write one attempt: ``pending`` again at a moment, ``delivered`` or ``dead``.

        When two tasks have sent one row, because a lease ran out, a failure never undoes what the other wrote.
        """
        same_attempt = true() if state == DeliveryState.DELIVERED else _TABLE.c.attempt == delivery.attempt
        attempted = update(_TABLE).where(_TABLE.c.id == delivery.id, PENDING_ROWS, same_attempt)
        self._connection.execute(
            attempted.values(
                state=state,
                attempt=delivery.attempt + 1,
                next_at=next_at or now,
                last_status=answer.status,
                last_error=answer.error,
                updated_at=now,
            )
        )

    def due_hosts(self, *, now: DateTime) -> list[str]:
        """Give hosts that have due deliveries."""
        return list(self._connection.scalars(DUE_HOSTS, {"now": now}))

    def secret(self, tenant_id: TenantId) -> str:
        """Give the tenant's signing secret (``whsec_…``)."""
        secret: str = self._connection.execute(
            select(tenants.c.callback_secret).where(tenants.c.id == tenant_id)
        ).scalar_one()
        return secret

    def _postpone(self, deliveries: Collection[Delivery], *, until: DateTime) -> None:
        if deliveries:
            ids = [delivery.id for delivery in deliveries]
            self._connection.execute(update(_TABLE).where(_TABLE.c.id.in_(ids), PENDING_ROWS).values(next_at=until))


def _due_hosts() -> Select[Any]:  # Any: a row of one host
    """Step from host to host through ``ix_deliveries_pending``: what waits for a host costs nothing."""
    first = select(_TABLE.c.host).where(PENDING_ROWS).order_by(_TABLE.c.host).limit(1)
    waiting = select(first.scalar_subquery().label("host")).cte("waiting", recursive=True)
    following = (
        select(_TABLE.c.host).where(PENDING_ROWS, _TABLE.c.host > waiting.c.host).order_by(_TABLE.c.host).limit(1)
    )
    waiting = waiting.union_all(select(following.scalar_subquery()).where(waiting.c.host.is_not(None)))
    due = exists().where(
        _TABLE.c.host == waiting.c.host, PENDING_ROWS, _TABLE.c.next_at <= bindparam("now", type_=Instant)
    )
    return select(waiting.c.host).where(waiting.c.host.is_not(None), due)


def _to_row(delivery: Delivery, *, now: DateTime) -> dict[str, Any]:  # Any: a column's own type each
    return {
        "id": delivery.id,
        "tenant_id": delivery.tenant_id,
        "campaign_id": delivery.campaign_id,
        "call_id": delivery.call_id,
        "event": delivery.state,
        "url": delivery.url,
        "host": delivery.host,
        "body": delivery.body,
        "state": DeliveryState.PENDING,
        "attempt": delivery.attempt,
        "next_at": now,
        "last_error": "",
        "created_at": now,
        "updated_at": now,
    }


def _to_delivery(row: Row[Any]) -> Delivery:  # Any: see above
    return Delivery(
        id=DeliveryId(row.id),
        tenant_id=TenantId(row.tenant_id),
        campaign_id=CampaignId(row.campaign_id),
        call_id=CallId(row.call_id),
        state=row.event,
        url=row.url,
        host=row.host,
        body=row.body,
        attempt=row.attempt,
    )


_TABLE: Final = deliveries
DUE_HOSTS: Final = _due_hosts()
