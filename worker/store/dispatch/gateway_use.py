"""The carriers that wait for a gateway with a limit, and the calls that they hold."""

from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, bindparam, func, select

from worker.domain.carrier import Carrier
from worker.domain.gateway_share import GatewayUse, Waiting
from worker.domain.ids import CarrierId
from worker.store.base.tables import LIVE_ROWS, calls, carriers

_HELD: Final = select(func.count()).where(calls.c.carrier_id == carriers.c.id, LIVE_ROWS).correlate(carriers)
_WAITING: Final = select(carriers.c.id, carriers.c.gateway_waits_since, _HELD.scalar_subquery().label("held")).where(
    carriers.c.gateway == bindparam("on_gateway", type_=carriers.c.gateway.type),
    carriers.c.gateway_waits_since.is_not(None),
    carriers.c.id != bindparam("planned", type_=carriers.c.id.type),
)


def read_use(connection: Connection, carrier: Carrier, *, live: int, waits_since: DateTime | None) -> GatewayUse | None:
    """Return the use of the carrier's gateway; None when it has no limit.

    ``live`` is the number of its live calls, and ``waits_since`` what is stored of the carrier itself.
    """
    limit = carrier.access.limits.concurrent_call
    if limit is None:
        return None
    waiting = connection.execute(_WAITING, {"on_gateway": carrier.gateway, "planned": carrier.id})
    others = {CarrierId(row.id): Waiting(since=row.gateway_waits_since, held=row.held) for row in waiting}
    return GatewayUse(limit=limit, live=live, others=others, waits_since=waits_since)
