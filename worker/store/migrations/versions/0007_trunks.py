"""The carriers' trunks: a circuit breaker each, shared by all workers.

Processes that do not know the table dial as before. A breaker may open several times by results of one call, so its
events are not unique for a call.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)
_INDEX = "uq_deliveries_subscribed"
_OF_CALLS = sa.text("subscription_id IS NOT NULL AND event NOT IN ('carrier_failing', 'carrier_recovered')")
_SUBSCRIBED = sa.text("subscription_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "trunks",
        sa.Column("carrier_id", sa.Uuid(), sa.ForeignKey("carriers.id"), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("recent", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("failing_since", _MOMENT, nullable=True),
        sa.Column("trials", sa.Integer(), nullable=False),
        sa.Column("next_trial_at", _MOMENT, nullable=True),
        sa.Column("proven_at", _MOMENT, nullable=True),
    )
    _replace_index(where=_OF_CALLS)


def downgrade() -> None:
    op.execute(
        "DELETE FROM delivery_attempts WHERE delivery_id IN "
        "(SELECT id FROM deliveries WHERE event IN ('carrier_failing', 'carrier_recovered'))"
    )
    op.execute("DELETE FROM deliveries WHERE event IN ('carrier_failing', 'carrier_recovered')")
    op.execute("DELETE FROM event_subscriptions WHERE event IN ('carrier_failing', 'carrier_recovered')")
    _replace_index(where=_SUBSCRIBED)
    op.drop_table("trunks")


def _replace_index(*, where: sa.TextClause) -> None:
    op.drop_index(_INDEX, table_name="deliveries")
    columns = ["call_id", "event", "subscription_id", "corrected"]
    op.create_index(_INDEX, "deliveries", columns, unique=True, sqlite_where=where, postgresql_where=where)
