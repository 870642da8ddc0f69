"""Posts: who does what one process at a time may do."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("held_until", _MOMENT, nullable=False),
        sa.Column("open_from", _MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("posts")
