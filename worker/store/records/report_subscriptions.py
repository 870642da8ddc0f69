"""Daily reports in SQL."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Connection, delete, exists, insert, select, update
from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.ids import TenantId
from worker.domain.retry import DeliveryState
from worker.ports.records.report_subscriptions import DailyReport, ReportSubscription, ReportSubscriptions
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.report_subscription_tables import daily_reports, report_subscriptions
from worker.store.base.tables import campaigns

_SUBSCRIPTIONS: Final = report_subscriptions.c
_REPORTS: Final = daily_reports.c
_NAMES: Final = tuple(ReportSubscription.__dataclass_fields__)
_REPORT_NAMES: Final = tuple(name for name in DailyReport.__dataclass_fields__ if name != "address")
_ALIVE: Final = _SUBSCRIPTIONS.deleted_at.is_(None)
_PENDING: Final = _REPORTS.state == DeliveryState.PENDING
_REMOVED: Final = "the subscription was removed"


class SqlReportSubscriptions(ReportSubscriptions):
    """Daily reports in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def add(self, subscription: ReportSubscription, *, now: DateTime) -> None:
        values = {name: getattr(subscription, name) for name in _NAMES}
        self._connection.execute(insert(report_subscriptions).values(**values, created_at=now))

    @override
    def of_tenant(self, tenant_id: TenantId) -> list[ReportSubscription]:
        asked = select(*(_SUBSCRIPTIONS[name] for name in _NAMES)).where(_SUBSCRIPTIONS.tenant_id == tenant_id, _ALIVE)
        rows = self._connection.execute(asked.order_by(_SUBSCRIPTIONS.id)).mappings()
        return [ReportSubscription(**row) for row in rows]

    @override
    def remove(self, tenant_id: TenantId, subscription_id: UUID, *, now: DateTime) -> None:
        removing = update(report_subscriptions).where(
            _SUBSCRIPTIONS.id == subscription_id, _SUBSCRIPTIONS.tenant_id == tenant_id, _ALIVE
        )
        if not self._connection.execute(removing.values(deleted_at=now)).rowcount:
            raise NotFound("subscription is not found")
        self._connection.execute(
            update(daily_reports)
            .where(_REPORTS.subscription_id == subscription_id, _PENDING)
            .values(state=DeliveryState.DEAD, last_error=_REMOVED, updated_at=now)
        )

    @override
    def take_due(self, *, now: DateTime, limit: int) -> list[ReportSubscription]:
        is_of_campaign = exists().where(campaigns.c.id == _SUBSCRIPTIONS.campaign_id, campaigns.c.deleted_at.is_(None))
        asked = (
            select(*(_SUBSCRIPTIONS[name] for name in _NAMES))
            .where(_SUBSCRIPTIONS.next_at <= now, _ALIVE, is_of_campaign)
            .order_by(_SUBSCRIPTIONS.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True, of=report_subscriptions)
        )
        return [ReportSubscription(**row) for row in self._connection.execute(asked).mappings()]

    @override
    def postpone(self, subscription_id: UUID, *, next_at: DateTime) -> None:
        self._connection.execute(
            update(report_subscriptions).where(_SUBSCRIPTIONS.id == subscription_id).values(next_at=next_at)
        )

    @override
    def add_report(self, report: DailyReport, *, now: DateTime) -> None:
        values = {name: getattr(report, name) for name in _REPORT_NAMES}
        adding = insert_or_ignore(self._connection, daily_reports)
        self._connection.execute(adding, [{**values, "created_at": now, "updated_at": now}])

    @override
    def has_due(self, *, now: DateTime) -> bool:
        return bool(self._connection.scalar(select(exists().where(_PENDING, _REPORTS.next_at <= now))))

    @override
    def claim(self, *, now: DateTime, until: DateTime) -> tuple[DailyReport, ReportSubscription] | None:
        due = (
            select(_REPORTS.id)
            .where(_PENDING, _REPORTS.next_at <= now)
            .order_by(_REPORTS.next_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        report_id = self._connection.scalar(due)
        if report_id is None:
            return None
        claiming = update(daily_reports).where(_REPORTS.id == report_id, _PENDING, _REPORTS.next_at <= now)
        values = {"attempt": _REPORTS.attempt + 1, "next_at": until, "updated_at": now}
        if not self._connection.execute(claiming.values(**values)).rowcount:
            return None
        asked = select(daily_reports, report_subscriptions).set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
        joined = asked.join_from(daily_reports, report_subscriptions).where(_REPORTS.id == report_id)
        row = self._connection.execute(joined).mappings().one()
        subscription = ReportSubscription(**{name: row[f"report_subscriptions_{name}"] for name in _NAMES})
        report = {name: row[f"daily_reports_{name}"] for name in _REPORT_NAMES}
        return DailyReport(**report, address=subscription.address), subscription

    @override
    def record(self, report: DailyReport, *, now: DateTime) -> None:
        recording = update(daily_reports).where(_REPORTS.id == report.id, _REPORTS.attempt == report.attempt, _PENDING)
        self._connection.execute(
            recording.values(state=report.state, next_at=report.next_at, last_error=report.last_error, updated_at=now)
        )

    @override
    def latest(
        self, tenant_id: TenantId, *, limit: int, states: Sequence[DeliveryState] = tuple(DeliveryState)
    ) -> list[DailyReport]:
        asked = (
            select(*(_REPORTS[name] for name in _REPORT_NAMES), _SUBSCRIPTIONS.address)
            .join_from(daily_reports, report_subscriptions)
            .where(_REPORTS.tenant_id == tenant_id, _REPORTS.state.in_(states))
            .order_by(_REPORTS.id.desc())
            .limit(limit)
        )
        return [DailyReport(**row) for row in self._connection.execute(asked).mappings()]

    @override
    def forget(self, *, ended_before: DateTime, limit: int) -> int:
        old = select(_REPORTS.id).where(_REPORTS.state != DeliveryState.PENDING, _REPORTS.updated_at < ended_before)
        ids = list(self._connection.scalars(old.order_by(_REPORTS.updated_at).limit(limit)))
        if ids:
            self._connection.execute(delete(daily_reports).where(_REPORTS.id.in_(ids)))
        return len(ids)
