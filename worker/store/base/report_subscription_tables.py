"""The tables of daily reports: subscriptions, and what they were sent."""

from typing import Final

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from worker.domain.language import Language
from worker.domain.report_subscription import Channel
from worker.domain.retry import DeliveryState
from worker.ports.records.report_files import ReportForm
from worker.store.base.columns import Choice, Instant, id_column, reference
from worker.store.base.schema import metadata, partial_index

report_subscriptions: Final = Table(
    "report_subscriptions",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id", index=True),
    reference("campaign_id", "campaigns.id", index=True),
    Column("channel", Choice(Channel), nullable=False),
    Column("address", String, nullable=False),  # a mail address, or a URL
    Column("form", Choice(ReportForm), nullable=False),
    Column("language", Choice(Language), nullable=False),
    Column("minute", Integer, nullable=False),  # of the tenant's day
    Column("next_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("deleted_at", Instant),
)
partial_index(
    "ix_report_subscriptions_due",
    report_subscriptions.c.next_at,
    where=report_subscriptions.c.deleted_at.is_(None),
)

daily_reports: Final = Table(
    "daily_reports",
    metadata,
    id_column(),  # the Message-ID, or the webhook-id
    reference("subscription_id", "report_subscriptions.id"),
    reference("tenant_id", "tenants.id"),
    Column("day", String, nullable=False),  # YYYY-MM-DD in the tenant's zone
    Column("due_at", Instant, nullable=False),
    Column("state", Choice(DeliveryState), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
Index("uq_daily_reports_subscription_id_day", daily_reports.c.subscription_id, daily_reports.c.day, unique=True)
Index("ix_daily_reports_tenant_id_id", daily_reports.c.tenant_id, daily_reports.c.id)
partial_index("ix_daily_reports_pending", daily_reports.c.next_at, where=text("state = 'pending'"))
partial_index("ix_daily_reports_ended", daily_reports.c.updated_at, where=text("state != 'pending'"))
