"""Counts for metrics, read from rows, so that no counter can be wrong."""

from collections.abc import Mapping, Sequence
from typing import Final

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, TextClause, func, select, text
from typing_extensions import override

from worker.domain.call import CallState
from worker.domain.ids import CarrierId
from worker.domain.network import Network
from worker.ports.records.figures import Backlog, ChannelUse, Figures
from worker.store.base.callback_tables import DEAD_ROWS, PENDING_ROWS, deliveries
from worker.store.base.import_tables import file_imports
from worker.store.base.tables import LIVE_ROWS, QUEUED_ROWS, WAITING, calls, carriers, leads

_UNREAD: Final = text("state IN ('waiting', 'running')")


class SqlFigures(Figures):
    """Counts in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def live_calls(self) -> dict[CallState, int]:
        by_state = select(calls.c.state, func.count()).where(LIVE_ROWS).group_by(calls.c.state)
        return dict(self._connection.execute(by_state).all())

    @override
    def waiting_leads(self) -> int:
        return self._connection.scalar(select(func.count()).select_from(leads).where(WAITING)) or 0

    @override
    def pending_callbacks(self) -> int:
        return self._connection.scalar(select(func.count()).select_from(deliveries).where(PENDING_ROWS)) or 0

    @override
    def channels(self, *, limit: int) -> Sequence[ChannelUse]:
        in_use: dict[CarrierId, dict[Network, int]] = {}
        counted = select(calls.c.carrier_id, calls.c.network, func.count().label("calls")).where(LIVE_ROWS)
        for row in self._connection.execute(counted.group_by(calls.c.carrier_id, calls.c.network)):
            in_use.setdefault(CarrierId(row.carrier_id), {})[row.network] = row.calls
        busiest = sorted(in_use, key=lambda one: (-sum(in_use[one].values()), one))[:limit]
        limits = self._limits(carriers.c.id.in_(busiest), limit=limit)
        idle = {} if len(busiest) == limit else self._limits(carriers.c.deleted_at.is_(None), limit=limit)
        chosen = list(dict.fromkeys((*busiest, *idle)))[:limit]
        known = idle | limits
        return [ChannelUse(one, *known[one], in_use.get(one, {})) for one in chosen if one in known]

    @override
    def backlog(self) -> Backlog:
        return Backlog(
            plan_due_since=self._oldest(carriers.c.next_plan_at, carriers.c.next_plan_at.is_not(None)),
            call_queued_since=self._oldest(calls.c.queued_at, QUEUED_ROWS),
            callback_waiting_since=self._oldest(deliveries.c.waiting_since, PENDING_ROWS),
            dead_callbacks=self._connection.scalar(select(func.count()).select_from(deliveries).where(DEAD_ROWS)) or 0,
            files=self._connection.scalar(select(func.count()).select_from(file_imports).where(_UNREAD)) or 0,
        )

    def _limits(self, which: ColumnElement[bool], *, limit: int) -> dict[CarrierId, tuple[int, Mapping[Network, int]]]:
        asked = select(carriers.c.id, carriers.c.concurrent_call, carriers.c.network).where(which)
        rows = self._connection.execute(asked.order_by(carriers.c.id).limit(limit))
        return {CarrierId(row.id): (row.concurrent_call, _by_network(row.network)) for row in rows}

    def _oldest(
        self, column: ColumnElement[DateTime | None], which: ColumnElement[bool] | TextClause
    ) -> DateTime | None:
        return self._connection.scalar(select(column).where(which).order_by(column).limit(1))


def _by_network(stored: Mapping[str, int]) -> dict[Network, int]:
    return {network: stored[network] for network in Network if network in stored}
