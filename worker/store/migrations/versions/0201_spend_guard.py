"""Calls a day and destinations of tenants. It only expands: an earlier release counts and checks neither."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0201"
down_revision = "0260"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("tenants", sa.Column("calls_per_day", sa.Integer()))
    op.add_column("tenants", sa.Column("destinations", _JSON, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("calls", sa.Column("spend_day", sa.Date()))
    op.create_table(
        "dialled_days",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("carrier_id", "day", name="pk_dialled_days"),
    )
    op.create_index("ix_dialled_days_tenant_id_day", "dialled_days", ["tenant_id", "day"])


def downgrade() -> None:
    op.drop_table("dialled_days")
    op.drop_column("calls", "spend_day")
    op.drop_column("tenants", "destinations")
    op.drop_column("tenants", "calls_per_day")
