"""How a carrier's numbers are dialled, how long its calls may last, and when a call is over at the latest.

It only expands: an earlier release leaves the time of a call empty, which then ends as it did before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "carriers", sa.Column("number_format", sa.String(), nullable=False, server_default=sa.text("'national'"))
    )
    op.add_column(
        "carriers", sa.Column("longest_call_seconds", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("calls", sa.Column("over_by", sa.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("calls", "over_by")
    op.drop_column("carriers", "longest_call_seconds")
    op.drop_column("carriers", "number_format")
