"""The outbox of callbacks: rows are written with the event and sent at least once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import (
    Boolean,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)
from typing_extensions import override

from worker.domain.ids import DeliveryId, TenantId
from worker.domain.retry import Dead, Delivered, DeliveryState, RetryAt
from worker.domain.secret_place import SecretPlace
from worker.ports.callbacks.deliveries import Attempt, Deliveries
from worker.ports.dispatch.outbox import Delivery
from worker.store.base.callback_tables import (
    ENDED_ROWS,
    PENDING_ROWS,
    callback_hosts,
    deliveries,
    delivery_attempts,
    retired_secrets,
)
from worker.store.base.columns import Instant
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.sealing import Sealer
from worker.store.base.tables import tenants

_TABLE: Final = deliveries
_READ: Final = [_TABLE.c[name] for name in Delivery.__dataclass_fields__]


class SqlDeliveries(Deliveries):
    """The outbox in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def insert(self, deliveries: Sequence[Delivery], *, now: DateTime) -> None:
        rows = [_to_row(delivery, now=now) for delivery in deliveries]
        if rows:
            self._connection.execute(insert_or_ignore(self._connection, _TABLE), rows)

    @override
    def due(self, host: str, *, now: DateTime, limit: int, besides: Collection[DeliveryId]) -> list[Delivery]:
        asked = select(*_READ).where(_TABLE.c.host == host, PENDING_ROWS, _TABLE.c.next_at <= now)
        if besides:
            asked = asked.where(_TABLE.c.id.not_in(besides))
        rows = self._connection.execute(asked.order_by(_TABLE.c.next_at, _TABLE.c.id).limit(limit))
        return [Delivery(**row) for row in rows.mappings()]

    @override
    def record(self, attempts: Sequence[Attempt], *, now: DateTime) -> None:
        if not attempts:
            return
        self._connection.execute(_RECORD, [_outcome(attempt, now=now) for attempt in attempts])
        self._connection.execute(
            insert_or_ignore(self._connection, delivery_attempts), [_to_attempt(attempt) for attempt in attempts]
        )

    @override
    def mark_dead(self, reasons: Mapping[DeliveryId, str], *, now: DateTime) -> None:
        if reasons:
            rows = [{"found": id_, "reason": reason, "now": now} for id_, reason in reasons.items()]
            self._connection.execute(_BURY, rows)

    @override
    def give_up(self, *, waiting_since: DateTime, reason: str, limit: int, now: DateTime) -> int:
        old = select(_TABLE.c.id).where(PENDING_ROWS, _TABLE.c.waiting_since < waiting_since)
        ids = self._connection.scalars(old.limit(limit).with_for_update(skip_locked=True)).all()
        self.mark_dead({DeliveryId(id_): reason for id_ in ids}, now=now)
        return len(ids)

    @override
    def forget(self, *, ended_before: DateTime, limit: int) -> int:
        old = select(_TABLE.c.id).where(ENDED_ROWS, _TABLE.c.updated_at < ended_before)
        ids = self._connection.scalars(old.limit(limit).with_for_update(skip_locked=True)).all()
        if ids:
            self._connection.execute(delete(delivery_attempts).where(delivery_attempts.c.delivery_id.in_(ids)))
            self._connection.execute(delete(_TABLE).where(_TABLE.c.id.in_(ids)))
        return len(ids)

    @override
    def due_hosts(self, *, now: DateTime) -> list[str]:
        return list(self._connection.scalars(DUE_HOSTS, {"now": now}))

    @override
    def secrets(self, tenant_id: TenantId, *, now: DateTime) -> list[str]:
        present = select(tenants.c.callback_secret).where(tenants.c.id == tenant_id)
        retired = select(retired_secrets.c.secret).where(
            retired_secrets.c.tenant_id == tenant_id, retired_secrets.c.valid_until > now
        )
        sealer, connection = Sealer(self._connection), self._connection
        return [
            *(sealer.unseal(one, place=SecretPlace.SIGNING) for one in connection.scalars(present)),
            *(sealer.unseal(one, place=SecretPlace.RETIRED) for one in connection.scalars(retired)),
        ]


def _due_hosts() -> Select[Any]:  # Any: a row of one host
    """Read one row a host from ``ix_deliveries_pending``; further deliveries of a host cost nothing."""
    now = bindparam("now", type_=Instant)
    first = select(_TABLE.c.host).where(PENDING_ROWS).order_by(_TABLE.c.host).limit(1)
    waiting = select(first.scalar_subquery().label("host")).cte("waiting", recursive=True)
    following = (
        select(_TABLE.c.host).where(PENDING_ROWS, _TABLE.c.host > waiting.c.host).order_by(_TABLE.c.host).limit(1)
    )
    waiting = waiting.union_all(select(following.scalar_subquery()).where(waiting.c.host.is_not(None)))
    due = exists().where(_TABLE.c.host == waiting.c.host, PENDING_ROWS, _TABLE.c.next_at <= now)
    left_alone = exists().where(
        callback_hosts.c.host == waiting.c.host,
        or_(callback_hosts.c.lease_until > now, callback_hosts.c.shut_until > now),
    )
    return select(waiting.c.host).where(waiting.c.host.is_not(None), due, ~left_alone)


def _to_row(delivery: Delivery, *, now: DateTime) -> dict[str, Any]:  # Any: a column's own type each
    return {
        **{name: getattr(delivery, name) for name in Delivery.__dataclass_fields__},
        "state": DeliveryState.PENDING,
        "next_at": now,
        "waiting_since": now,
        "last_error": "",
        "created_at": now,
        "updated_at": now,
    }


def _outcome(attempt: Attempt, *, now: DateTime) -> dict[str, Any]:  # Any: see above
    state, next_at, error = DeliveryState.DEAD, now, attempt.answer.error
    match attempt.decision:
        case Delivered():
            state = DeliveryState.DELIVERED
        case RetryAt(moment):
            state, next_at = DeliveryState.PENDING, moment
        case Dead(reason):
            error = reason
    return {
        "found": attempt.delivery.id,
        "before": attempt.delivery.attempt,
        "had": state is DeliveryState.DELIVERED,
        "state": state,
        "next_at": next_at,
        "status": attempt.answer.status,
        "error": error,
        "now": now,
    }


def _to_attempt(attempt: Attempt) -> dict[str, Any]:  # Any: see above
    return {
        "delivery_id": attempt.delivery.id,
        "number": attempt.delivery.attempt + 1,
        "sent_at": attempt.sent_at,
        "milliseconds": attempt.milliseconds,
        "status": attempt.answer.status,
        "error": attempt.answer.error,
    }


_RECORD: Final = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("found"),
        PENDING_ROWS,
        or_(bindparam("had", type_=Boolean), _TABLE.c.attempt == bindparam("before")),
    )
    .values(
        state=bindparam("state"),
        attempt=bindparam("before") + 1,
        next_at=bindparam("next_at"),
        last_status=bindparam("status"),
        last_error=bindparam("error"),
        updated_at=bindparam("now"),
    )
)
_BURY: Final = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("found"), PENDING_ROWS)
    .values(state=DeliveryState.DEAD, last_error=bindparam("reason"), updated_at=bindparam("now"))
)
DUE_HOSTS: Final = _due_hosts()
