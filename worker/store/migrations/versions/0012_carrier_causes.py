"""Lengths of calls as the switch counted them, beside times that are placed on our clock.

It only expands: an earlier release leaves the new columns empty, and lengths are then computed from the times.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None

_LENGTHS = ("switch_duration", "switch_billsec")


def upgrade() -> None:
    for name in _LENGTHS:
        op.add_column("calls", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("calls") as calls:
        for name in _LENGTHS:
            calls.drop_column(name)
