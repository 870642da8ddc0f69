"""Answers to requests with a client's key; a release before this one ignores such keys."""

import sqlalchemy as sa
from alembic import op

revision = "0260"
down_revision = "0211"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "request_answers",
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id"), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_request_answers_created_at", "request_answers", ["created_at"])


def downgrade() -> None:
    op.drop_table("request_answers")
