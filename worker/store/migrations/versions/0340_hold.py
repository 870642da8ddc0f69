"""The installation's row: its hold. It only adds: a release before this one dials as if there were no hold."""

import sqlalchemy as sa
from alembic import op

revision = "0340"
down_revision = "0320"
branch_labels = None
depends_on = None

_INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("held_since", _INSTANT),
        sa.Column("held_why", sa.Text(), server_default="", nullable=False),
        sa.Column("held_by", sa.String(), server_default="", nullable=False),
        sa.Column("released_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )


def downgrade() -> None:
    op.drop_table("installation")
