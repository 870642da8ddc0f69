"""A cause table for each carrier, ends that use no attempt, and lengths of calls as the switch counted them.

It only expands: an earlier release leaves the lengths empty, which are then computed from the times, and counts every
end as an attempt.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("carriers", sa.Column("causes", _JSON, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("leads", sa.Column("uncounted", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("calls", sa.Column("uncounted", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("calls", sa.Column("counted", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("calls", sa.Column("switch_duration", sa.Integer(), nullable=True))
    op.add_column("calls", sa.Column("switch_billsec", sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ("switch_billsec", "switch_duration", "counted", "uncounted"):
        op.drop_column("calls", name)
    op.drop_column("leads", "uncounted")
    op.drop_column("carriers", "causes")
