"""Walks over the URLs for which callbacks are pending, by ``ix_deliveries_of_url``: one row of each URL is read.

The walk is a recursive query. The row that it finds of a URL is the one that is due first, since ``next_at`` is the
index's last column.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Row,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    select,
)

from worker.domain.callback_share import Address
from worker.domain.callback_url import UrlStanding
from worker.domain.ids import TenantId
from worker.ports.callbacks.deliveries import Position, WaitingUrl
from worker.store.base.callback_tables import PENDING_ROWS, callback_hosts, callback_urls, deliveries

_IN_ORDER: Final = ("host", "tenant_id", "url", "next_at")
_STANDING: Final = tuple(UrlStanding.__dataclass_fields__)
_HOST: Final = bindparam("host", type_=String())
_TENANT: Final = bindparam("tenant_id", type_=Uuid())
_URL: Final = bindparam("url", type_=String())


def read_urls_of_host(connection: Connection, host: str, *, after: Address | None, limit: int) -> list[WaitingUrl]:
    """Return the host's URLs with pending deliveries, by tenant and URL, after ``after``."""
    given: dict[str, object] = {"host": host, "limit": limit}
    if after is not None:
        given |= {"tenant_id": after[0], "url": after[1]}
    rows = connection.execute(urls_of_host(begins=after is None), given).mappings()
    return [WaitingUrl((TenantId(row["tenant_id"]), row["url"]), row["next_at"], _to_standing(row)) for row in rows]


def read_urls(
    connection: Connection, *, after: Position | None, limit: int
) -> list[Row[Any]]:  # Any: a column's own type each
    """Return URLs of all hosts after the place, each with its host's ``host_shut_until`` and ``lease_until``."""
    given: dict[str, object] = {"limit": limit}
    if after is not None:
        given |= {"host": after.host, "tenant_id": after.tenant_id, "url": after.url}
    return list(connection.execute(urls_of_all_hosts(begins=after is None), given).all())


@cache
def urls_of_host(*, begins: bool) -> Select[Any]:  # Any: see above
    """Return the query for the URLs of one host, from the first on or after a place."""
    start = _nearest(host=_HOST) if begins else _following(host=_HOST, tenant_id=_TENANT, url=_URL)
    walked = _walk(start, lambda cte: _following(host=_HOST, tenant_id=cte.c.tenant_id, url=cte.c.url))
    return _with_standing(walked)


@cache
def urls_of_all_hosts(*, begins: bool) -> Select[Any]:  # Any: see above
    """Return the query for the URLs of all hosts, from the first on or after a place."""

    def following(host: Any, tenant_id: Any, url: Any) -> Any:  # Any: columns or parameters, and a function of them
        same_host = _following(host=host, tenant_id=tenant_id, url=url)
        return func.coalesce(same_host, _nearest(beyond=("host", host)))

    start = _nearest() if begins else following(_HOST, _TENANT, _URL)
    walked = _walk(start, lambda cte: following(cte.c.host, cte.c.tenant_id, cte.c.url))
    host_state = (callback_hosts.c.shut_until.label("host_shut_until"), callback_hosts.c.lease_until)
    return _with_standing(walked, *host_state, host=callback_hosts)


def _walk(start: Any, following: Callable[[CTE], Any]) -> CTE:  # Any: expressions for a delivery's id
    columns = [deliveries.c[name] for name in _IN_ORDER]
    first = select(*columns, literal(1, Integer()).label("place")).where(deliveries.c.id == start)
    cte = first.cte("walked", recursive=True)
    step = select(*columns, cte.c.place + 1).select_from(cte.join(deliveries, deliveries.c.id == following(cte)))
    return cte.union_all(step.where(cte.c.place < bindparam("limit", type_=Integer())))


def _following(*, host: Any, tenant_id: Any, url: Any) -> Any:  # Any: see above
    """Return the id of the first pending delivery of the host's next URL.

    Two look-ups instead of one comparison of rows, for which SQLite would not use all columns of the index.
    """
    same_tenant = _nearest(host=host, tenant_id=tenant_id, beyond=("url", url))
    return func.coalesce(same_tenant, _nearest(host=host, beyond=("tenant_id", tenant_id)))


def _nearest(*, beyond: tuple[str, Any] | None = None, **equal: Any) -> Any:  # Any: see above
    """Return the id of the first pending delivery in the index's order, with equal columns and one beyond a value."""
    row = deliveries.alias("found")
    asked = select(row.c.id).where(PENDING_ROWS, *(row.c[name] == value for name, value in equal.items()))
    if beyond is not None:
        asked = asked.where(row.c[beyond[0]] > beyond[1])
    asked = asked.order_by(*(row.c[name] for name in _IN_ORDER if name not in equal)).limit(1)
    return asked.correlate_except(row).scalar_subquery()


def _with_standing(
    walked: CTE, *more: ColumnElement[Any], host: FromClause | None = None
) -> Select[Any]:  # Any: see above
    standing = [callback_urls.c[name] for name in _STANDING]
    key = and_(callback_urls.c.tenant_id == walked.c.tenant_id, callback_urls.c.url == walked.c.url)
    joined = walked.outerjoin(callback_urls, key)
    if host is not None:
        joined = joined.outerjoin(host, host.c.host == walked.c.host)
    own = (walked.c.host, walked.c.tenant_id, walked.c.url, walked.c.next_at)
    known = callback_urls.c.reason.is_not(None).label("known")
    return select(*own, known, *standing, *more).select_from(joined).order_by(walked.c.place)


def _to_standing(row: Mapping[Any, Any]) -> UrlStanding:  # Any: see above
    """Return what is stored of a row's URL; a new standing when nothing is."""
    return UrlStanding(**{name: row[name] for name in _STANDING}) if row["known"] else UrlStanding()
