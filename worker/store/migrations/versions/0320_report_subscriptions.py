"""Daily reports by mail and webhook. It only expands: an earlier release knows neither table."""

import sqlalchemy as sa
from alembic import op

revision = "0320"
down_revision = "0305"
branch_labels = None
depends_on = None

_INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "report_subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("report_subscriptions", "tenant_id", "tenants.id"),
        _reference("report_subscriptions", "campaign_id", "campaigns.id"),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("channel", "address", "form", "language")),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("next_at", _INSTANT, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("deleted_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_report_subscriptions"),
    )
    for name in ("tenant_id", "campaign_id"):
        op.create_index(f"ix_report_subscriptions_{name}", "report_subscriptions", [name])
    _partial_index("ix_report_subscriptions_due", "report_subscriptions", "next_at", where="deleted_at IS NULL")
    op.create_table(
        "daily_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("daily_reports", "subscription_id", "report_subscriptions.id"),
        _reference("daily_reports", "tenant_id", "tenants.id"),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("next_at", _INSTANT, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_daily_reports"),
    )
    op.create_index("uq_daily_reports_subscription_id_day", "daily_reports", ["subscription_id", "day"], unique=True)
    op.create_index("ix_daily_reports_tenant_id_id", "daily_reports", ["tenant_id", "id"])
    _partial_index("ix_daily_reports_pending", "daily_reports", "next_at", where="state = 'pending'")
    _partial_index("ix_daily_reports_ended", "daily_reports", "updated_at", where="state != 'pending'")


def downgrade() -> None:
    """Take both tables back, with what was asked for."""
    op.execute(
        "DELETE FROM delivery_attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE event = 'campaign_report')"
    )
    op.execute("DELETE FROM deliveries WHERE event = 'campaign_report'")
    op.drop_table("daily_reports")
    op.drop_table("report_subscriptions")


def _reference(table: str, name: str, target: str) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target, name=f"fk_{table}_{name}"), nullable=False)


def _partial_index(name: str, table: str, column: str, *, where: str) -> None:
    op.create_index(name, table, [column], postgresql_where=sa.text(where), sqlite_where=sa.text(where))
