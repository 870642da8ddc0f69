"""How many CDRs a switch posted of calls on another switch. It only expands: an earlier release leaves it alone."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("switches", sa.Column("cdrs_refused", sa.Integer(), nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    op.drop_column("switches", "cdrs_refused")
