"""API keys with a name, a role and an end; access tokens; failed log-ins.

It only expands: a release before this one adds keys without them, which may do everything, and takes expired keys.
"""

import sqlalchemy as sa
from alembic import op

revision = "0210"
down_revision = "0230"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("tokens", sa.Column("name", sa.String(), nullable=False, server_default=""))
    op.add_column("tokens", sa.Column("role", sa.String(), nullable=False, server_default=sa.text("'admin'")))
    op.add_column("tokens", sa.Column("expires_at", _MOMENT, nullable=True))
    op.add_column("tokens", sa.Column("last_used_at", _MOMENT, nullable=True))
    op.add_column("tokens", sa.Column("last_used_from", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_tokens_tenant_id", "tokens", ["tenant_id", "created_at"])
    op.create_table(
        "access_tokens",
        sa.Column("hash", sa.String(), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id"), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_access_tokens_issuer", "access_tokens", ["issuer", "created_at"])
    op.create_index("ix_access_tokens_expires_at", "access_tokens", ["expires_at"])
    op.create_table(
        "login_failures",
        sa.Column("subject", sa.String(), primary_key=True),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_login_failures_since", "login_failures", ["since"])


def downgrade() -> None:
    op.drop_table("login_failures")
    op.drop_table("access_tokens")
    op.drop_index("ix_tokens_tenant_id", "tokens")
    for column in ("last_used_from", "last_used_at", "expires_at", "role", "name"):
        op.drop_column("tokens", column)
