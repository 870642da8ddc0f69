"""Calls a second of gateways, and the carriers that wait for a gateway; a release before this one knows of neither."""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gateways", sa.Column("calls_per_second", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("carriers", sa.Column("gateway_waits_since", sa.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("carriers", "gateway_waits_since")
    op.drop_column("gateways", "calls_per_second")
