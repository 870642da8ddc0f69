"""Callbacks: each attempt, the receivers' health, disabled URLs, event subscriptions, a retired secret."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)
_NAMES = {"uq": "uq_%(table_name)s_%(column_0_N_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
_PENDING = sa.text("state = 'pending'")
_ENDED = sa.text("state IN ('delivered', 'dead')")
_OF_THE_CAMPAIGN = sa.text("subscription_id IS NULL")
_SUBSCRIBED = sa.text("subscription_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "event_subscriptions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _tenant(),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("event", "url", "apikey")),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("deleted_at", _MOMENT, nullable=True),
    )
    op.create_index("ix_event_subscriptions_tenant_id", "event_subscriptions", ["tenant_id"])
    _deliveries()
    _receivers()
    op.create_table(
        "delivery_attempts",
        sa.Column("delivery_id", sa.Uuid(), sa.ForeignKey("deliveries.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "number"),
    )
    op.create_table(
        "retired_secrets",
        _tenant(),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("valid_until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )


def downgrade() -> None:
    """Take all of it back; what was told to subscriptions goes, since the old rule knows one delivery an event."""
    for table in ("retired_secrets", "delivery_attempts", "callback_urls", "callback_hosts"):
        op.drop_table(table)
    op.execute("DELETE FROM deliveries WHERE subscription_id IS NOT NULL")
    for name in ("uq_deliveries_call_id_event", "uq_deliveries_subscribed", "ix_deliveries_waiting_since",
                 "ix_deliveries_ended", "ix_deliveries_campaign_id_id", "ix_deliveries_tenant_id_id"):  # fmt: skip
        op.drop_index(name, "deliveries")
    with op.batch_alter_table("deliveries", naming_convention=_NAMES) as deliveries:
        deliveries.drop_constraint("fk_deliveries_subscription_id", type_="foreignkey")
        for name in ("subscription_id", "attempts_before", "waiting_since", "replayed_at"):
            deliveries.drop_column(name)
        deliveries.create_unique_constraint("uq_deliveries_call_id_event", ["call_id", "event"])
    op.create_index("ix_deliveries_campaign_id", "deliveries", ["campaign_id"])
    op.drop_table("event_subscriptions")


def _deliveries() -> None:
    """Let an event of a call have a delivery for each subscription; old code goes on writing one of the campaign's."""
    with op.batch_alter_table("deliveries", naming_convention=_NAMES) as deliveries:
        deliveries.drop_constraint("uq_deliveries_call_id_event", type_="unique")
        deliveries.add_column(
            sa.Column("subscription_id", sa.Uuid(), sa.ForeignKey("event_subscriptions.id"), nullable=True)
        )
        deliveries.add_column(sa.Column("attempts_before", sa.Integer(), nullable=False, server_default=sa.text("0")))
        deliveries.add_column(sa.Column("waiting_since", _MOMENT, nullable=True))
        deliveries.add_column(sa.Column("replayed_at", _MOMENT, nullable=True))
    op.execute("UPDATE deliveries SET waiting_since = created_at WHERE state = 'pending'")
    op.drop_index("ix_deliveries_campaign_id", "deliveries")
    _index("uq_deliveries_call_id_event", ["call_id", "event"], _OF_THE_CAMPAIGN, unique=True)
    _index("uq_deliveries_subscribed", ["call_id", "event", "subscription_id"], _SUBSCRIBED, unique=True)
    _index("ix_deliveries_waiting_since", ["waiting_since"], _PENDING)
    _index("ix_deliveries_ended", ["updated_at"], _ENDED)
    op.create_index("ix_deliveries_campaign_id_id", "deliveries", ["campaign_id", "id"])
    op.create_index("ix_deliveries_tenant_id_id", "deliveries", ["tenant_id", "id"])


def _receivers() -> None:
    op.create_table(
        "callback_hosts",
        sa.Column("host", sa.String(), primary_key=True),
        sa.Column("turn", sa.Uuid(), nullable=True),
        sa.Column("turn_until", _MOMENT, nullable=True),
        sa.Column("lanes", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("shut_until", _MOMENT, nullable=True),
    )
    op.create_table(
        "callback_urls",
        _tenant(),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("failing_since", _MOMENT, nullable=True),
        sa.Column("failed_at", _MOMENT, nullable=True),
        sa.Column("disabled_at", _MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "url"),
    )


def _tenant() -> sa.Column[object]:
    return sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id"), nullable=False)


def _index(name: str, columns: list[str], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, "deliveries", columns, unique=unique, postgresql_where=where, sqlite_where=where)
