"""Callbacks as operators read and replay them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update
from typing_extensions import override

from worker.domain.callback_url import UrlStanding
from worker.domain.ids import DeliveryId, TenantId
from worker.domain.retry import DeliveryState
from worker.ports.callbacks.records import CallbackFilter, CallbackRecord, CallbackRecords, PastAttempt, Replayed
from worker.ports.paging import Page, Slice
from worker.store.base.callback_tables import callback_hosts, callback_urls, deliveries, delivery_attempts

_ELSEWHERE: Final = {
    "attempts": None,
    "url_shut_until": callback_urls.c.shut_until,
    "host_shut_until": callback_hosts.c.shut_until,
}
_READ: Final = [
    *(deliveries.c[name] for name in CallbackRecord.__dataclass_fields__ if name not in _ELSEWHERE),
    *(column.label(name) for name, column in _ELSEWHERE.items() if column is not None),
]
_OF_URL: Final = and_(callback_urls.c.tenant_id == deliveries.c.tenant_id, callback_urls.c.url == deliveries.c.url)
_WITH_BREAKERS: Final = deliveries.outerjoin(callback_urls, _OF_URL).outerjoin(
    callback_hosts, callback_hosts.c.host == deliveries.c.host
)
_STANDING: Final = tuple(UrlStanding.__dataclass_fields__)


class SqlCallbackRecords(CallbackRecords):
    """Callbacks in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def page(self, tenant_id: TenantId, part: Slice, *, wanted: CallbackFilter) -> Page[CallbackRecord]:
        conditions = _conditions(tenant_id, wanted)
        asked = select(*_READ).select_from(_WITH_BREAKERS).where(*conditions).order_by(deliveries.c.id.desc())
        rows = self._connection.execute(asked.limit(part.limit).offset(part.offset)).mappings().all()
        attempts = self._attempts([row["id"] for row in rows])
        total = self._connection.scalar(select(func.count()).select_from(deliveries).where(*conditions))
        return Page([CallbackRecord(**row, attempts=attempts[row["id"]]) for row in rows], total or 0)

    @override
    def replay(
        self, tenant_id: TenantId, *, wanted: CallbackFilter, after: DeliveryId | None, limit: int, now: DateTime
    ) -> Replayed | None:
        asked = select(deliveries.c.id, deliveries.c.host, deliveries.c.url).where(*_conditions(tenant_id, wanted))
        if after is not None:
            asked = asked.where(deliveries.c.id > after)
        rows = self._connection.execute(asked.order_by(deliveries.c.id).limit(limit).with_for_update()).all()
        if not rows:
            return None
        again = update(deliveries).where(deliveries.c.id.in_([row.id for row in rows]))
        self._connection.execute(
            again.values(
                state=DeliveryState.PENDING,
                attempts_before=deliveries.c.attempt,
                next_at=now,
                waiting_since=now,
                replayed_at=now,
                updated_at=now,
            )
        )
        hosts, urls = frozenset(row.host for row in rows), frozenset(row.url for row in rows)
        return Replayed(DeliveryId(rows[-1].id), len(rows), hosts=hosts, urls=urls)

    @override
    def urls(self, tenant_id: TenantId, part: Slice) -> Page[tuple[str, UrlStanding]]:
        condition = (callback_urls.c.tenant_id == tenant_id, callback_urls.c.failing_since.is_not(None))
        asked = select(callback_urls).where(*condition).order_by(callback_urls.c.url)
        rows = self._connection.execute(asked.limit(part.limit).offset(part.offset)).mappings()
        total = self._connection.scalar(select(func.count()).select_from(callback_urls).where(*condition))
        return Page([(row["url"], UrlStanding(**{name: row[name] for name in _STANDING})) for row in rows], total or 0)

    @override
    def enable(self, tenant_id: TenantId, urls: frozenset[str]) -> int:
        named = (callback_urls.c.tenant_id == tenant_id, callback_urls.c.url.in_(urls))
        disabled = delete(callback_urls).where(*named, callback_urls.c.disabled_at.is_not(None))
        shut = update(callback_urls).where(*named, callback_urls.c.shut_until.is_not(None))
        enabled = self._connection.execute(disabled).rowcount
        return enabled + self._connection.execute(shut.values(weight=0, shut_until=None)).rowcount

    def _attempts(self, ids: Sequence[DeliveryId]) -> dict[DeliveryId, list[PastAttempt]]:
        found: defaultdict[DeliveryId, list[PastAttempt]] = defaultdict(list)
        if ids:
            asked = select(delivery_attempts).where(delivery_attempts.c.delivery_id.in_(ids))
            for row in self._connection.execute(asked.order_by(delivery_attempts.c.number)).mappings():
                facts = {name: row[name] for name in PastAttempt.__dataclass_fields__}
                found[DeliveryId(row["delivery_id"])].append(PastAttempt(**facts))
        return found


def _conditions(tenant_id: TenantId, wanted: CallbackFilter) -> list[ColumnElement[bool]]:
    equal = (
        (deliveries.c.id, wanted.delivery_id),
        (deliveries.c.campaign_id, wanted.campaign_id),
        (deliveries.c.call_id, wanted.call_id),
        (deliveries.c.event, wanted.event),
        (deliveries.c.state, wanted.state),
    )
    found = [deliveries.c.tenant_id == tenant_id]
    found += [column == value for column, value in equal if value is not None]
    if wanted.call_ids is not None:
        found.append(deliveries.c.call_id.in_(wanted.call_ids))
    if wanted.created_from is not None:
        found.append(deliveries.c.created_at >= wanted.created_from)
    if wanted.created_before is not None:
        found.append(deliveries.c.created_at < wanted.created_before)
    return found
