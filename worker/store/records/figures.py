"""Counts for metrics, read from rows, so that no counter can be wrong."""

from collections.abc import Mapping, Sequence
from typing import Final

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, TextClause, func, select, text
from typing_extensions import override

from worker.domain.call import LOST, UNKNOWN, CallState, Outcome
from worker.domain.campaign import Status
from worker.domain.campaign_settings import to_campaign
from worker.domain.ids import CarrierId
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.ports.records.figures import Backlog, ChannelUse, DueLeads, EndedCalls, Figures, WaitingLeads
from worker.store.base.callback_tables import DEAD_ROWS, PENDING_ROWS, deliveries
from worker.store.base.import_tables import file_imports
from worker.store.base.report_tables import EVER, tallies
from worker.store.base.tables import LIVE_ROWS, QUEUED_ROWS, WAITING, calls, campaigns, carriers, leads, tenants
from worker.store.dispatch.campaign_rows import to_settings

_UNREAD: Final = text("state IN ('waiting', 'running')")
_STARTED: Final = (
    select(campaigns, tenants.c.timezone)
    .join(tenants, tenants.c.id == campaigns.c.tenant_id)
    .where(campaigns.c.status == Status.START, campaigns.c.active, campaigns.c.deleted_at.is_(None))
)


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
    def waiting_leads(self) -> WaitingLeads:
        by_stage = select(leads.c.stage, func.count()).where(WAITING).group_by(leads.c.stage)
        found: dict[Stage, int] = dict(self._connection.execute(by_stage).all())
        return WaitingLeads(sum(found.values()), found.get(Stage.RECALL, 0))

    @override
    def due_leads(self, *, now: DateTime) -> Sequence[DueLeads]:
        since = func.min(leads.c.due_at, type_=leads.c.due_at.type).label("since")
        due = select(leads.c.campaign_id, func.count().label("leads"), since).where(WAITING, leads.c.due_at <= now)
        found = due.group_by(leads.c.campaign_id).subquery("due")
        rows = self._connection.execute(
            _STARTED.add_columns(found.c.leads, found.c.since).join(found, found.c.campaign_id == campaigns.c.id)
        ).mappings()
        return [
            DueLeads(to_campaign(to_settings(row), zone=row["timezone"]), row["leads"], row["since"]) for row in rows
        ]

    @override
    def ended_calls(self) -> EndedCalls:
        counted = func.sum(tallies.c.calls)
        ever = (tallies.c.tenant_id.in_(select(tenants.c.id)), tallies.c.quarter == EVER)  # each tenant by the index
        outcomes = select(tallies.c.outcome, counted).where(*ever).group_by(tallies.c.outcome)
        unheard = select(tallies.c.cause, counted).where(*ever, tallies.c.cause.in_([LOST, UNKNOWN]))
        by_outcome: dict[Outcome, int] = dict(self._connection.execute(outcomes).all())
        by_cause: dict[str, int] = dict(self._connection.execute(unheard.group_by(tallies.c.cause)).all())
        return EndedCalls(
            {one: int(by_outcome.get(one, 0)) for one in Outcome},
            {cause: int(by_cause.get(cause, 0)) for cause in (LOST, UNKNOWN)},
        )

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
