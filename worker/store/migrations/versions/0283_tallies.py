"""Aggregates for reports. It only expands: calls that the release before ends or corrects are counted afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0283"
down_revision = "0285"
branch_labels = None
depends_on = None

_UNCOUNTED = sa.text(
    "state = 'ended' AND (tally IS NULL OR (assumed_at IS NULL AND substr(tally, 1, 1) = 'a')"
    " OR (last_key IS NULL AND substr(tally, 2, 1) <> '-'))"
)


def _counted_together() -> list[sa.Column[object]]:
    return [
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("pressed_key", sa.String(), nullable=False),
        sa.Column("talk_time", sa.String(), nullable=False),
    ]


def _sums() -> list[sa.Column[object]]:
    return [
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("duration", sa.BigInteger(), nullable=False),
        sa.Column("billsec", sa.BigInteger(), nullable=False),
    ]


def upgrade() -> None:
    same = _counted_together()
    key = sa.PrimaryKeyConstraint(*(column.name for column in same), name="pk_tallies")
    op.create_table("tallies", *same, *_sums(), key)
    op.create_index("ix_tallies_tenant_id_quarter", "tallies", ["tenant_id", "quarter"])
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    id_column = sa.Column("id", big, primary_key=True, autoincrement=True)
    op.create_table("tally_changes", id_column, sa.Column("changes", sa.Text(), nullable=False))
    op.add_column("calls", sa.Column("tally", sa.String(), nullable=True))
    columns = ["tenant_id", "id"]
    op.create_index("ix_calls_uncounted", "calls", columns, postgresql_where=_UNCOUNTED, sqlite_where=_UNCOUNTED)


def downgrade() -> None:
    op.drop_index("ix_calls_uncounted", "calls")
    op.drop_column("calls", "tally")
    op.drop_table("tally_changes")
    op.drop_index("ix_tallies_tenant_id_quarter", "tallies")
    op.drop_table("tallies")
