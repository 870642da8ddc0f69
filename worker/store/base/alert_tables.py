"""The table of alerts: which subscriptions have been told, and what may become one."""

from typing import Final

from sqlalchemy import Column, Index, PrimaryKeyConstraint, String, Table, Uuid

from worker.domain.callback_event import CallbackEvent
from worker.store.base.columns import Choice, Instant, reference
from worker.store.base.schema import metadata

alerts: Final = Table(
    "alerts",
    metadata,
    Column("event", Choice(CallbackEvent), nullable=False),
    reference("tenant_id", "tenants.id"),
    Column("subject", String, nullable=False),  # a campaign's id, a URL, or a switch's name
    Column("run_id", Uuid),  # of a campaign: its run when the row was written
    Column("since", Instant, nullable=False),
    Column("raised_at", Instant),  # when it was sent; null: it is watched
    PrimaryKeyConstraint("event", "tenant_id", "subject"),
)
Index("ix_alerts_run_id", alerts.c.run_id)
