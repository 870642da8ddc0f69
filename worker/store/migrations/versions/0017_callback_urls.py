"""A circuit breaker for each callback URL, an index by URL of what is pending, and cursors of work in batches.

It only expands: an earlier release goes on with breakers of hosts alone, and reads by the index that it knows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)
_PENDING = sa.text("state = 'pending'")
_INDEXED = ["host", "tenant_id", "url", "next_at"]


def upgrade() -> None:
    for name in ("refusals", "weight"):
        op.add_column("callback_urls", sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0")))
    for name in ("shut_until", "delivered_at"):
        op.add_column("callback_urls", sa.Column(name, _MOMENT, nullable=True))
    op.add_column("callback_hosts", sa.Column("answered_at", _MOMENT, nullable=True))
    op.add_column("callback_hosts", sa.Column("served_tenant_id", sa.Uuid(), nullable=True))
    op.add_column("callback_hosts", sa.Column("served_url", sa.String(), nullable=True))
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("position", sa.Text(), nullable=False),
    )
    # No such host exists, and its text beside that of the URL would not fit into the index.
    op.execute("UPDATE deliveries SET host = '' WHERE state = 'pending' AND length(host) > 260")
    op.create_index("ix_deliveries_of_url", "deliveries", _INDEXED, postgresql_where=_PENDING, sqlite_where=_PENDING)


def downgrade() -> None:
    op.drop_index("ix_deliveries_of_url", "deliveries")
    op.drop_table("cursors")
    for name in ("served_url", "served_tenant_id", "answered_at"):
        op.drop_column("callback_hosts", name)
    for name in ("delivered_at", "shut_until", "weight", "refusals"):
        op.drop_column("callback_urls", name)
