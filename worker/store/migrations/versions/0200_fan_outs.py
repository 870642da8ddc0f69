"""Events that wait for the deliveries of many subscriptions. It only expands: an earlier release writes all at once."""

import sqlalchemy as sa
from alembic import op

revision = "0200"
down_revision = "0210"
branch_labels = None
depends_on = None

_INSTANT = sa.TIMESTAMP(timezone=True)
_LIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "fan_outs",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Uuid(), sa.ForeignKey(target, name=f"fk_fan_outs_{name}"), nullable=False)
            for name, target in (
                ("tenant_id", "tenants.id"),
                ("campaign_id", "campaigns.id"),
                ("call_id", "calls.id"),
            )
        ),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("after_subscription_id", sa.Uuid()),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fan_outs"),
    )
    op.create_index("ix_fan_outs_tenant_id_id", "fan_outs", ["tenant_id", "id"])
    op.create_index(
        "ix_event_subscriptions_live",
        "event_subscriptions",
        ["tenant_id", "event", "id"],
        postgresql_where=_LIVE,
        sqlite_where=_LIVE,
    )


def downgrade() -> None:
    op.drop_index("ix_event_subscriptions_live", "event_subscriptions")
    op.drop_table("fan_outs")
