"""Gateways belong to operators: their limits, and the tenants that may use them.

It grants what carriers use today, with any caller id, so that nobody who dials is stopped. A release before this one
knows of no grants; a carrier that it stores afterwards over another gateway needs a grant.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0017"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_MOMENT = sa.TIMESTAMP(timezone=True)
_LIVE = sa.text("gateway IS NOT NULL AND state IN ('queued', 'dialing', 'ringing', 'answered')")


def upgrade() -> None:
    op.create_table(
        "gateways",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("concurrent_call", sa.Integer(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "gateway_grants",
        sa.Column(
            "gateway", sa.String(), sa.ForeignKey("gateways.name", name="fk_gateway_grants_gateway"), primary_key=True
        ),
        sa.Column(
            "tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id", name="fk_gateway_grants_tenant_id"), primary_key=True
        ),
        sa.Column("caller_ids", _JSON, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("is_revoked", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_carriers_gateway", "carriers", ["gateway"])
    op.add_column("calls", sa.Column("gateway", sa.String(), nullable=True))
    op.create_index("ix_calls_live_gateway", "calls", ["gateway"], postgresql_where=_LIVE, sqlite_where=_LIVE)
    _grant_what_is_used()


def _grant_what_is_used() -> None:
    any_number = "CAST('[\"*\"]' AS jsonb)" if op.get_bind().dialect.name == "postgresql" else "'[\"*\"]'"
    op.execute(
        "INSERT INTO gateways (name, revision, created_at, updated_at) "
        "SELECT DISTINCT gateway, 1, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM carriers"
    )
    op.execute(
        "INSERT INTO gateway_grants (gateway, tenant_id, caller_ids, since, is_revoked) "  # noqa: S608 - constants only
        f"SELECT DISTINCT gateway, tenant_id, {any_number}, CURRENT_TIMESTAMP, false FROM carriers"
    )


def downgrade() -> None:
    op.drop_index("ix_calls_live_gateway", "calls")
    op.drop_column("calls", "gateway")
    op.drop_index("ix_carriers_gateway", "carriers")
    op.drop_table("gateway_grants")
    op.drop_table("gateways")
