"""Which keys encrypt secrets at rest, and which leads hold a one-time code.

It only expands. Values stay in clear until ``callbeat secret-key rotate``: processes of an earlier release read them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "secret_keys",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("used_since", sa.TIMESTAMP(timezone=True), nullable=False),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("lead_id", sa.Uuid(), sa.ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("one_time_codes")
    op.drop_table("secret_keys")
