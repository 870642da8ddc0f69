"""Switches are rows, so that they can be added, drained and removed while everything runs.

Processes that do not know the table go on reading the environment.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "switches",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_since", _MOMENT, nullable=False),
        sa.Column("cdr_secret_hash", sa.String(), nullable=True),
        sa.Column("cdr_heard_at", _MOMENT, nullable=True),
        sa.Column("core_id", sa.String(), nullable=False, server_default=""),
        sa.Column("core_since", _MOMENT, nullable=True),
        sa.Column("heard_at", _MOMENT, nullable=True),
        sa.Column("refused_cause", sa.String(), nullable=False, server_default=""),
        sa.Column("refused_since", _MOMENT, nullable=True),
        sa.Column("refused_until", _MOMENT, nullable=True),
        sa.Column("sessions", sa.Integer(), nullable=True),
        sa.Column("max_sessions", sa.Integer(), nullable=True),
        sa.Column("sessions_per_second", sa.Integer(), nullable=True),
        sa.Column("clock_skew_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("switches")
