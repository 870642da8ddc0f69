"""Callbacks that were given up are counted by an index of their own: metrics ask once a second."""

import sqlalchemy as sa
from alembic import op

revision = "0285"
down_revision = "0281"
branch_labels = None
depends_on = None

_DEAD = sa.text("state = 'dead'")


def upgrade() -> None:
    op.create_index("ix_deliveries_dead", "deliveries", ["updated_at"], sqlite_where=_DEAD, postgresql_where=_DEAD)


def downgrade() -> None:
    op.drop_index("ix_deliveries_dead", "deliveries")
