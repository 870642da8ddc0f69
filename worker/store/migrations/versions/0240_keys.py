"""The keys that callees pressed; a release before this one leaves them empty."""

import sqlalchemy as sa
from alembic import op

revision = "0240"
down_revision = "0200"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("pressed", sa.String(), nullable=True))
    op.add_column("calls", sa.Column("last_key", sa.String(), nullable=True))
    has_key = sa.text("last_key IS NOT NULL")
    columns = ["campaign_id", "last_key"]
    op.create_index("ix_calls_last_key", "calls", columns, postgresql_where=has_key, sqlite_where=has_key)


def downgrade() -> None:
    op.drop_index("ix_calls_last_key", "calls")
    op.drop_column("calls", "last_key")
    op.drop_column("calls", "pressed")
