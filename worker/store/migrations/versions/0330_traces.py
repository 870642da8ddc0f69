"""The trace of calls and their callbacks, null for those that are not traced; an earlier release leaves it null."""

import sqlalchemy as sa
from alembic import op

revision = "0330"
down_revision = "0340"
branch_labels = None
depends_on = None

_TABLES = ("calls", "deliveries", "fan_outs")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("traceparent", sa.String()))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "traceparent")
