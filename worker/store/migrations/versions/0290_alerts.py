"""Alerts: which are out, and callbacks without a call. It only expands: an earlier release writes both ids always."""

import sqlalchemy as sa
from alembic import op

revision = "0290"
down_revision = "0283"
branch_labels = None
depends_on = None

_INSTANT = sa.TIMESTAMP(timezone=True)
_NAMES = {"uq": "uq_%(table_name)s_%(column_0_N_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
_ALERTS = sa.text(
    "deleted_at IS NULL AND event IN ('campaign_finished', 'campaign_stalled', 'callback_url_failing', 'switch_gone')"
)


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id", name="fk_alerts_tenant_id"), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("run_id", sa.Uuid()),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("raised_at", _INSTANT),
        sa.PrimaryKeyConstraint("event", "tenant_id", "subject", name="pk_alerts"),
    )
    op.create_index("ix_alerts_run_id", "alerts", ["run_id"])
    op.create_index(
        "ix_event_subscriptions_alerts",
        "event_subscriptions",
        ["event", "tenant_id", "created_at"],
        postgresql_where=_ALERTS,
        sqlite_where=_ALERTS,
    )
    _let_be_null(nullable=True)


def downgrade() -> None:
    """Take all of it back; callbacks without a call go, since the old rule knows none."""
    op.execute("DELETE FROM delivery_attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE call_id IS NULL)")
    for table in ("deliveries", "fan_outs"):
        op.execute(f"DELETE FROM {table} WHERE call_id IS NULL OR campaign_id IS NULL")  # noqa: S608 - names above
    _let_be_null(nullable=False)
    op.drop_index("ix_event_subscriptions_alerts", "event_subscriptions")
    op.drop_index("ix_alerts_run_id", "alerts")
    op.drop_table("alerts")


def _let_be_null(*, nullable: bool) -> None:
    for table in ("deliveries", "fan_outs"):
        with op.batch_alter_table(table, naming_convention=_NAMES) as altered:
            for name in ("campaign_id", "call_id"):
                altered.alter_column(name, existing_type=sa.Uuid(), nullable=nullable)
