"""Answers of agents' campaigns by day, abandoned calls, and what pacing has learnt. It only adds tables."""

import sqlalchemy as sa
from alembic import op

revision = "0305"
down_revision = "0300"
branch_labels = None
depends_on = None

_INSTANT = sa.TIMESTAMP(timezone=True)
_JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "agent_counts",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("abandoned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "day", name="pk_agent_counts"),
    )
    op.create_table(
        "abandoned_calls",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("answered_at", _INSTANT, nullable=False),
        sa.Column("abandoned_at", _INSTANT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_abandoned_calls"),
    )
    op.create_index("ix_abandoned_calls_tenant_id_abandoned_at", "abandoned_calls", ["tenant_id", "abandoned_at"])
    op.create_table(
        "agent_pacing",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("beyond", sa.Integer(), nullable=False),
        sa.Column("price", sa.Float(), nullable=False),
        sa.Column("bound", sa.String(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("abandoned", sa.Integer(), nullable=False),
        sa.Column("learnt_until", _INSTANT, nullable=False),
        sa.Column("estimates", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_agent_pacing"),
    )


def downgrade() -> None:
    for table in ("agent_pacing", "abandoned_calls", "agent_counts"):
        op.drop_table(table)
