"""A second source of truth: CDRs that switches post, ends that are only assumed, and their corrections.

Release 0.2.0 goes on beside it: it assumes no end that it marks, and its deliveries are no corrections.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_OF_THE_CAMPAIGN = sa.text("subscription_id IS NULL")
_SUBSCRIBED = sa.text("subscription_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("switches", sa.Column("listed_at", _MOMENT, nullable=True))
    op.add_column("calls", sa.Column("seen_up_at", _MOMENT, nullable=True))
    op.add_column("calls", sa.Column("assumed_at", _MOMENT, nullable=True))
    op.add_column("deliveries", sa.Column("corrected", sa.Boolean(), nullable=False, server_default=sa.false()))
    _drop_unique_indexes()
    _create_unique_indexes("corrected")
    op.create_table(
        "posted_cdrs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("switch", sa.String(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("facts", _JSON, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("posted_cdrs")
    _drop_unique_indexes()
    op.execute("DELETE FROM delivery_attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE corrected)")
    op.execute("DELETE FROM deliveries WHERE corrected")
    _create_unique_indexes()
    op.drop_column("deliveries", "corrected")
    op.drop_column("calls", "assumed_at")
    op.drop_column("calls", "seen_up_at")
    op.drop_column("switches", "listed_at")


def _create_unique_indexes(*more: str) -> None:
    for name, columns, where in (
        ("uq_deliveries_call_id_event", ["call_id", "event", *more], _OF_THE_CAMPAIGN),
        ("uq_deliveries_subscribed", ["call_id", "event", "subscription_id", *more], _SUBSCRIBED),
    ):
        op.create_index(name, "deliveries", columns, unique=True, postgresql_where=where, sqlite_where=where)


def _drop_unique_indexes() -> None:
    op.drop_index("uq_deliveries_call_id_event", "deliveries")
    op.drop_index("uq_deliveries_subscribed", "deliveries")
