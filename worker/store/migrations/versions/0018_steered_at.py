"""When a campaign's ``status`` or ``active`` was last changed, so that a stale copy does not undo a stop.

It only expands: an earlier release leaves the column as it is, and its stops can be undone by a stale copy.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("steered_at", sa.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("campaigns", "steered_at")
