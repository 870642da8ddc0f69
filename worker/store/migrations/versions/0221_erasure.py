"""Erased persons: a keyed hash of each number, so that it is never dialled again.

It only expands. A release before this one does not check the hashes: erase persons once all processes run this release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0221"
down_revision = "0202"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure_keys",
        sa.Column(
            "tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id", name="fk_erasure_keys_tenant_id"), primary_key=True
        ),
        sa.Column("key", sa.String(), nullable=False),
    )
    op.create_table(
        "erased_numbers",
        sa.Column(
            "tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id", name="fk_erased_numbers_tenant_id"), nullable=False
        ),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("erased_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "hash", name="pk_erased_numbers"),
    )


def downgrade() -> None:
    op.drop_table("erased_numbers")
    op.drop_table("erasure_keys")
