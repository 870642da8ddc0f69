"""Campaigns whose numbers are stored encrypted, or become so.

A campaign that had `enable_encrypt` before, when it meant nothing, hides its numbers from now on; they are encrypted
once there is a key. A release before this one writes and looks up numbers in clear: switch it on once all processes
run this release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0271"
down_revision = "0274"
branch_labels = None
depends_on = None

_FILL = {
    "sqlite": """
        INSERT INTO number_sealings (campaign_id, tenant_id, hides, stage, due_at)
        SELECT id, tenant_id, 1, 'leads', created_at FROM campaigns
        WHERE json_extract(extras, '$.enable_encrypt') = 1
    """,
    "postgresql": """
        INSERT INTO number_sealings (campaign_id, tenant_id, hides, stage, due_at)
        SELECT id, tenant_id, true, 'leads', created_at FROM campaigns
        WHERE extras -> 'enable_encrypt' = 'true'::jsonb
    """,
}


def upgrade() -> None:
    op.create_table(
        "number_sealings",
        sa.Column(
            "campaign_id",
            sa.Uuid(),
            sa.ForeignKey("campaigns.id", name="fk_number_sealings_campaign_id"),
            primary_key=True,
        ),
        sa.Column(
            "tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id", name="fk_number_sealings_tenant_id"), nullable=False
        ),
        sa.Column("hides", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("after_id", sa.Uuid()),
        sa.Column("due_at", sa.TIMESTAMP(timezone=True)),
    )
    op.create_index("ix_number_sealings_tenant_id", "number_sealings", ["tenant_id"])
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_number_sealings_due_at", "number_sealings", ["due_at"], postgresql_where=due, sqlite_where=due)
    op.execute(_FILL[op.get_bind().dialect.name])


def downgrade() -> None:
    op.drop_table("number_sealings")
