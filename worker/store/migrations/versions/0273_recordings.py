"""Recordings of calls; a release before this one records nothing, and shows none."""

import sqlalchemy as sa
from alembic import op

from worker.store.base.columns import Instant

revision = "0273"
down_revision = "0280"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("enable_recording", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("campaigns", sa.Column("recording_consent", sa.String(), server_default="", nullable=False))
    op.add_column("campaigns", sa.Column("recording_days", sa.Integer(), server_default="30", nullable=False))
    op.add_column("calls", sa.Column("recording", sa.String(), nullable=True))
    op.create_table(
        "recordings",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("delete_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_recordings")),
        sa.UniqueConstraint("file", name=op.f("uq_recordings_file")),
    )
    op.create_index(op.f("ix_recordings_delete_at"), "recordings", ["delete_at"])


def downgrade() -> None:
    op.drop_table("recordings")
    op.drop_column("calls", "recording")
    for column in ("recording_days", "recording_consent", "enable_recording"):
        op.drop_column("campaigns", column)
