"""How callback URLs behave, and which are disabled."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, select, tuple_
from typing_extensions import override

from worker.domain.callback_url import UrlStanding
from worker.domain.ids import TenantId
from worker.ports.callbacks.deliveries import CallbackUrls
from worker.store.base.callback_tables import callback_urls
from worker.store.base.dialect import insert_or_replace

_NAMES: Final = tuple(UrlStanding.__dataclass_fields__)
_KEY: Final = (callback_urls.c.tenant_id, callback_urls.c.url)


class SqlCallbackUrls(CallbackUrls):
    """Standings in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def of(self, addresses: Collection[tuple[TenantId, str]]) -> dict[tuple[TenantId, str], UrlStanding]:
        if not addresses:
            return {}
        asked = select(callback_urls).where(tuple_(*_KEY).in_(addresses))
        rows = self._connection.execute(asked).mappings()
        return {(row["tenant_id"], row["url"]): UrlStanding(**{name: row[name] for name in _NAMES}) for row in rows}

    @override
    def save(self, standings: Mapping[tuple[TenantId, str], UrlStanding]) -> None:
        rows = [_to_row(address, standing) for address, standing in sorted(standings.items(), key=lambda one: one[0])]
        if rows:
            writing = insert_or_replace(
                self._connection,
                callback_urls,
                same=("tenant_id", "url"),
                new=lambda row: {name: row[name] for name in _NAMES},
            )
            self._connection.execute(writing, rows)


def _to_row(address: tuple[TenantId, str], standing: UrlStanding) -> dict[str, Any]:  # Any: a column's own type each
    return {"tenant_id": address[0], "url": address[1], **{name: getattr(standing, name) for name in _NAMES}}
