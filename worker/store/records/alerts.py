"""Alerts in SQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Table,
    TextClause,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from typing_extensions import override

from worker.domain.breaker import SHUT_AT
from worker.domain.call import ON_SWITCH
from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_share import Address
from worker.domain.callback_url import UrlStanding
from worker.domain.campaign import Status
from worker.domain.ids import CampaignId, TenantId
from worker.ports.records.alerts import Alert, Alerts, WatchedRun, Watcher, Watchers
from worker.store.base.alert_tables import alerts
from worker.store.base.callback_tables import ALERT_ROWS, callback_urls, cursors, event_subscriptions
from worker.store.base.dialect import among, insert_or_ignore, insert_or_replace
from worker.store.base.tables import LIVE_ROWS, WAITING, calls, campaigns, leads, tenants
from worker.store.dispatch.campaign_rows import to_settings
from worker.store.dispatch.demand import read_demand

_CURSOR: Final = "alerts"
_LATEST: Final = 50
"""Calls of a campaign whose times are read; it would have to cancel so many after its last dial to seem older."""
_KEY: Final = ("event", "tenant_id", "subject")
_NAMES: Final = tuple(Alert.__dataclass_fields__)


class SqlAlerts(Alerts):
    """Alerts in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def watchers(self) -> Mapping[CallbackEvent, Watchers]:
        found: defaultdict[CallbackEvent, dict[TenantId, Watcher]] = defaultdict(dict)
        for row in self._connection.execute(_WATCHERS):
            tenant_id = TenantId(row.tenant_id)
            found[row.event][tenant_id] = Watcher(
                tenant_id=tenant_id, domain=row.name, zone=row.timezone, since=row.since
            )
        return found

    @override
    def lock(self) -> str | None:
        self._connection.execute(insert_or_ignore(self._connection, cursors), [{"name": _CURSOR, "position": ""}])
        asked = select(cursors.c.position).where(cursors.c.name == _CURSOR)
        position: str | None = self._connection.scalar(asked.with_for_update(skip_locked=True))
        return position

    @override
    def go_on_after(self, position: str) -> None:
        self._connection.execute(update(cursors).where(cursors.c.name == _CURSOR).values(position=position))

    @override
    def of(self, event: CallbackEvent, *, limit: int) -> Sequence[Alert]:
        asked = select(alerts).where(alerts.c.event == event).order_by(alerts.c.since).limit(limit)
        rows = self._connection.execute(asked).mappings()
        return [Alert(**{name: row[name] for name in _NAMES}) for row in rows]

    @override
    def put(self, alerts_: Collection[Alert]) -> None:
        if not alerts_:
            return
        rest = [name for name in _NAMES if name not in _KEY]
        writing = insert_or_replace(
            self._connection, alerts, same=_KEY, new=lambda row: {name: row[name] for name in rest}
        )
        self._connection.execute(writing, [{name: getattr(one, name) for name in _NAMES} for one in alerts_])

    @override
    def remove(self, alerts_: Collection[Alert]) -> None:
        if alerts_:
            keys = [tuple(getattr(one, name) for name in _KEY) for one in alerts_]
            self._connection.execute(delete(alerts).where(tuple_(*(alerts.c[name] for name in _KEY)).in_(keys)))

    @override
    def running(self, tenant_ids: Collection[TenantId], *, after: str, limit: int) -> Sequence[CampaignId]:
        if not tenant_ids:
            return []
        asked = select(campaigns.c.id).where(
            among(campaigns.c.tenant_id, "tenants"), campaigns.c.run_id.is_not(None), campaigns.c.deleted_at.is_(None)
        )
        if after:
            asked = asked.where(campaigns.c.id > UUID(after))
        rows = self._connection.scalars(asked.order_by(campaigns.c.id).limit(limit), {"tenants": list(tenant_ids)})
        return [CampaignId(id_) for id_ in rows]

    @override
    def runs(self, campaign_ids: Collection[CampaignId]) -> Mapping[CampaignId, WatchedRun]:
        return {one.settings.campaign_uuid: one for one in self._read(_RUNS, campaign_ids)}

    @override
    def finished(self, campaign_ids: Collection[CampaignId], *, now: DateTime) -> Sequence[WatchedRun]:
        return self._read(_FINISHED, campaign_ids, now=now)

    @override
    def quiet(self, campaign_ids: Collection[CampaignId], *, dialled_before: DateTime) -> Sequence[WatchedRun]:
        found = self._read(_QUIET, campaign_ids)
        return [one for one in found if one.last_dialled_at is None or one.last_dialled_at <= dialled_before]

    @override
    def with_due_leads(self, campaign_ids: Collection[CampaignId], *, now: DateTime) -> set[CampaignId]:
        ids = sorted(campaign_ids)
        demand = read_demand(self._connection, ids, room=1, now=now, with_single_calls=ids)
        return {id_ for id_, one in demand.items() if any(any(due.values()) for due in one.due.values())}

    @override
    def failing_urls(self, tenant_ids: Collection[TenantId], *, limit: int) -> Mapping[Address, UrlStanding]:
        if not tenant_ids:
            return {}
        asked = {"tenants": list(tenant_ids), "most": limit}
        return _to_standings(self._connection.execute(_FAILING_URLS, asked).mappings().all())

    @override
    def standings(self, addresses: Collection[Address]) -> Mapping[Address, UrlStanding]:
        if not addresses:
            return {}
        named = tuple_(callback_urls.c.tenant_id, callback_urls.c.url).in_(list(addresses))
        return _to_standings(self._connection.execute(select(callback_urls).where(named)).mappings().all())

    def _read(self, query: Any, campaign_ids: Collection[CampaignId], **given: object) -> list[WatchedRun]:  # Any: rows
        if not campaign_ids:
            return []
        rows = self._connection.execute(query, {"campaigns": list(campaign_ids), **given}).mappings()
        return [_to_run(row) for row in rows]


def _to_standings(rows: Sequence[RowMapping]) -> dict[Address, UrlStanding]:
    names = UrlStanding.__dataclass_fields__
    return {(TenantId(row["tenant_id"]), row["url"]): UrlStanding(**{n: row[n] for n in names}) for row in rows}


def _to_run(row: RowMapping) -> WatchedRun:
    return WatchedRun(
        settings=to_settings(row),
        is_deleted=row["deleted_at"] is not None,
        last_dialled_at=row["last_dialled_at"],
        last_ended_at=row["last_ended_at"],
    )


def _latest(column: ColumnElement[Any], *, of_run: bool) -> ColumnElement[Any]:  # Any: a time
    """Return the last time in a column of the campaign's latest calls."""
    newest = select(column.label("moment"), calls.c.run_id).where(calls.c.campaign_id == campaigns.c.id)
    found = newest.correlate(campaigns).order_by(calls.c.id.desc()).limit(_LATEST).subquery()
    asked = select(func.max(found.c.moment, type_=column.type))
    if of_run:
        asked = asked.where(found.c.run_id == campaigns.c.run_id)
    return asked.correlate(campaigns).scalar_subquery()


def _has(
    table: Table, *conditions: ColumnElement[bool] | TextClause, order: Sequence[ColumnElement[Any]]
) -> ColumnElement[bool]:  # Any: a column's own type each
    """Return the condition that the campaign has such a row; the order keeps PostgreSQL on the index."""
    found = select(table.c.id).where(table.c.campaign_id == campaigns.c.id, *conditions)
    return found.correlate(campaigns).order_by(*order).limit(1).scalar_subquery().is_not(None)


_OUT: Final = (
    select(alerts.c.subject)
    .where(
        alerts.c.event == CallbackEvent.CALLBACK_URL_FAILING,
        alerts.c.tenant_id == callback_urls.c.tenant_id,
        alerts.c.subject == callback_urls.c.url,
    )
    .correlate(callback_urls)
    .exists()
)
_FAILING_URLS: Final = (
    select(callback_urls)
    .where(
        among(callback_urls.c.tenant_id, "tenants"),
        or_(callback_urls.c.disabled_at.is_not(None), callback_urls.c.weight >= SHUT_AT),
        ~_OUT,
    )
    .order_by(callback_urls.c.failing_since, callback_urls.c.tenant_id, callback_urls.c.url)
    .limit(bindparam("most", type_=Integer()))
)
_WATCHERS: Final = (
    select(
        event_subscriptions.c.event,
        event_subscriptions.c.tenant_id,
        func.min(event_subscriptions.c.created_at, type_=event_subscriptions.c.created_at.type).label("since"),
        tenants.c.name,
        tenants.c.timezone,
    )
    .join(tenants, tenants.c.id == event_subscriptions.c.tenant_id)
    .where(ALERT_ROWS)
    .group_by(event_subscriptions.c.event, event_subscriptions.c.tenant_id, tenants.c.name, tenants.c.timezone)
)
_DIALLED: Final = _latest(calls.c.dialing_at, of_run=False)
_ENDED: Final = _latest(calls.c.ended_at, of_run=True)
_RUNS: Final = select(
    campaigns, _DIALLED.label("last_dialled_at"), _ENDED.label("last_ended_at")
).where(among(campaigns.c.id, "campaigns"))  # fmt: skip
_BY_DUE: Final = (leads.c.stage, leads.c.network, leads.c.due_at)
_BY_NETWORK: Final = (calls.c.network, calls.c.state)
_WAITS: Final = _has(leads, WAITING, order=_BY_DUE)
_ON_SWITCH: Final = _has(calls, LIVE_ROWS, calls.c.state.in_(ON_SWITCH), order=_BY_NETWORK)
_IS_LIVE: Final = _has(calls, LIVE_ROWS, order=_BY_NETWORK)
_RUNS_NOW: Final = and_(
    campaigns.c.deleted_at.is_(None),
    campaigns.c.run_id.is_not(None),
    campaigns.c.active,
    campaigns.c.status != Status.STOP,
)
_QUIET: Final = _RUNS.where(_RUNS_NOW, _WAITS, ~_ON_SWITCH)
_TOLD: Final = (
    select(alerts.c.run_id)
    .where(
        alerts.c.run_id == campaigns.c.run_id,
        alerts.c.event == CallbackEvent.CAMPAIGN_FINISHED,
    )
    .correlate(campaigns)
    .exists()
)
_FINISHED: Final = _RUNS.where(
    _RUNS_NOW,
    or_(~_WAITS, campaigns.c.lead_expired_at <= bindparam("now", type_=calls.c.ended_at.type)),
    ~_IS_LIVE,
    ~_TOLD,
    _ENDED.is_not(None),
)
