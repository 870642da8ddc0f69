"""The outbox of callbacks: rows are written with the event and sent at least once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import (
    Boolean,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    or_,
    select,
    union_all,
    update,
)
from typing_extensions import override

from worker.domain.callback_share import Address
from worker.domain.chosen_ids import ChosenIds
from worker.domain.ids import DeliveryId, TenantId
from worker.domain.retry import Dead, Delivered, DeliveryState, RetryAt
from worker.domain.secret_place import SecretPlace
from worker.ports.callbacks.deliveries import Attempt, Deliveries, DueHosts, Position, WaitingUrl
from worker.ports.dispatch.outbox import Delivery
from worker.store.base.callback_tables import (
    ENDED_ROWS,
    PENDING_ROWS,
    deliveries,
    delivery_attempts,
    retired_secrets,
)
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.sealing import Sealer
from worker.store.base.tables import tenants
from worker.store.callbacks.waiting_urls import read_urls, read_urls_of_host

_TABLE: Final = deliveries
_NAMES: Final = tuple(Delivery.__dataclass_fields__)
_READ: Final = [_TABLE.c[name] for name in _NAMES]


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
    def waiting_urls(self, host: str, *, after: Address | None, limit: int) -> list[WaitingUrl]:
        return read_urls_of_host(self._connection, host, after=after, limit=limit)

    @override
    def due(
        self, host: str, *, wanted: Mapping[Address, int], now: DateTime, besides: Collection[DeliveryId]
    ) -> list[Delivery]:
        if not wanted:
            return []
        parts = [
            _of_url(host, address, limit=limit, besides=besides, now=now) for address, limit in sorted(wanted.items())
        ]
        rows = self._connection.execute(union_all(*parts).order_by("next_at", "id")).mappings()
        return [Delivery(**{name: row[name] for name in _NAMES}) for row in rows]

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
    def due_hosts(self, *, after: Position | None, urls: int, hosts: int, now: DateTime) -> DueHosts:
        found: dict[str, None] = {}
        last = after
        rows = read_urls(self._connection, after=after, limit=urls)
        for row in rows:
            if row.host not in found and _is_to_be_sent(row, now=now):
                if len(found) == hosts:
                    return DueHosts(list(found), last)
                found[row.host] = None
            last = Position(row.host, TenantId(row.tenant_id), row.url)
        return DueHosts(list(found), last if len(rows) == urls else None)

    @override
    def chosen_ids(self, tenant_id: TenantId) -> ChosenIds:
        return ChosenIds(self._connection.scalar(select(tenants.c.chosen_ids).where(tenants.c.id == tenant_id)) or {})

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


def _of_url(
    host: str, address: Address, *, limit: int, besides: Collection[DeliveryId], now: DateTime
) -> Select[Any]:  # Any: a column's own type each
    """Return the query for the first due deliveries of one URL, by ``ix_deliveries_of_url``."""
    tenant_id, url = address
    one_url = (_TABLE.c.host == host, _TABLE.c.tenant_id == tenant_id, _TABLE.c.url == url)
    asked = select(*_READ, _TABLE.c.next_at).where(*one_url, PENDING_ROWS, _TABLE.c.next_at <= now)
    if besides:
        asked = asked.where(_TABLE.c.id.not_in(besides))
    return select(asked.order_by(_TABLE.c.next_at).limit(limit).subquery())


def _is_to_be_sent(row: Row[Any], *, now: DateTime) -> bool:  # Any: see above
    """Return True for a URL with something due, unless it or its host is shut, or a task sends to the host."""
    waits = (row.host_shut_until, row.lease_until, row.shut_until)
    return bool(row.next_at <= now) and all(until is None or until <= now for until in waits)


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
