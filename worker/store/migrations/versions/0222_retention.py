"""How long each tenant's records are kept. It only expands: a release before this one deletes nothing by it.

A call can only be deleted where its callbacks are found by an index, which takes some seconds to build.
"""

import sqlalchemy as sa
from alembic import op

revision = "0222"
down_revision = "0221"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retentions",
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id", name="fk_retentions_tenant_id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "kind", name="pk_retentions"),
    )
    op.create_index("ix_retentions_next_at", "retentions", ["next_at"])
    op.create_index("ix_deliveries_call_id", "deliveries", ["call_id"])
    op.create_index("ix_fan_outs_call_id", "fan_outs", ["call_id"])


def downgrade() -> None:
    op.drop_index("ix_fan_outs_call_id", "fan_outs")
    op.drop_index("ix_deliveries_call_id", "deliveries")
    op.drop_table("retentions")
