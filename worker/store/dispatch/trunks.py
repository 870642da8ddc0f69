"""The carriers' trunks in SQL: one row for each carrier that has had a result."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Final

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update
from typing_extensions import override

from worker.domain.call import CallState
from worker.domain.ids import CarrierId
from worker.domain.trunk import Trunk
from worker.domain.trunk_event import DescribedCarrier
from worker.ports.dispatch.trunks import Trunks
from worker.store.base.dialect import among, insert_or_ignore
from worker.store.base.tables import LIVE_ROWS, calls, carriers, tenants, trunks

_READ: Final = [trunks.c[name] for name in Trunk.__dataclass_fields__]
_OF: Final = select(trunks.c.carrier_id, *_READ).where(among(trunks.c.carrier_id, "carriers"))
_UNANSWERED: Final = (
    select(calls.c.carrier_id, func.count().label("calls"))
    .where(among(calls.c.carrier_id, "carriers"), LIVE_ROWS, calls.c.state == CallState.DIALING)
    .group_by(calls.c.carrier_id)
)

_DESCRIBED: Final = (
    select(carriers.c.name, carriers.c.gateway, tenants.c.timezone)
    .join(tenants, tenants.c.id == carriers.c.tenant_id)
    .where(carriers.c.id == bindparam("carrier"))
)


class SqlTrunks(Trunks):
    """Trunks in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def of(self, carrier_ids: Collection[CarrierId]) -> dict[CarrierId, Trunk]:
        rows = self._connection.execute(_OF, {"carriers": list(carrier_ids)}).mappings()
        return dict.fromkeys(carrier_ids, Trunk()) | dict(_known(row) for row in rows)

    @override
    def lock(self, carrier_id: CarrierId) -> Trunk:
        first = {"carrier_id": carrier_id, **asdict(Trunk())}
        self._connection.execute(insert_or_ignore(self._connection, trunks), [first])
        locked = select(*_READ).where(trunks.c.carrier_id == carrier_id).with_for_update(key_share=True)
        return Trunk(**self._connection.execute(locked).mappings().one())

    @override
    def save(self, carrier_id: CarrierId, trunk: Trunk) -> None:
        self._connection.execute(update(trunks).where(trunks.c.carrier_id == carrier_id).values(asdict(trunk)))

    @override
    def describe(self, carrier_id: CarrierId) -> DescribedCarrier:
        row = self._connection.execute(_DESCRIBED, {"carrier": carrier_id}).one()
        return DescribedCarrier(id=carrier_id, name=row.name, gateway=row.gateway, zone=row.timezone)

    @override
    def worst(self, *, limit: int) -> dict[CarrierId, Trunk]:
        ordered = select(trunks.c.carrier_id, *_READ).order_by(trunks.c.failing_since.is_(None), trunks.c.carrier_id)
        return dict(_known(row) for row in self._connection.execute(ordered.limit(limit)).mappings())

    @override
    def unanswered(self, carrier_ids: Collection[CarrierId]) -> dict[CarrierId, int]:
        counted = dict.fromkeys(carrier_ids, 0)
        for row in self._connection.execute(_UNANSWERED, {"carriers": list(carrier_ids)}):
            counted[CarrierId(row.carrier_id)] = row.calls
        return counted


def _known(row: RowMapping) -> tuple[CarrierId, Trunk]:
    return CarrierId(row["carrier_id"]), Trunk(**{name: row[name] for name in Trunk.__dataclass_fields__})
