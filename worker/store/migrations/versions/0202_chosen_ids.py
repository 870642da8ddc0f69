"""Ids that a tenant chose and another tenant has. It only expands: an earlier release refuses such an id with 409."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0202"
down_revision = "0201"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("tenants", sa.Column("chosen_ids", _JSON, nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    op.drop_column("tenants", "chosen_ids")
