"""Sounds: what is rendered and uploaded; a release before this one knows of none of it."""

import sqlalchemy as sa
from alembic import op

revision = "0230"
down_revision = "0220"
branch_labels = None
depends_on = None

_INSTANT = sa.TIMESTAMP(timezone=True)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0"))


def _error() -> sa.Column[str]:
    return sa.Column("error", sa.String(), nullable=False, server_default="")


def upgrade() -> None:
    op.create_table(
        "sound_keys",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(), nullable=False),
    )
    op.create_table(
        "sounds",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("ready_at", _INSTANT, nullable=True),
        sa.Column("used_at", _INSTANT, nullable=False),
        _count("milliseconds"),
        _count("failures"),
        sa.Column("retry_at", _INSTANT, nullable=True),
        _error(),
    )
    op.create_index("ix_sounds_used_at", "sounds", ["used_at"])
    op.create_table(
        "speech_engines",
        sa.Column("name", sa.String(), primary_key=True),
        _count("failures"),
        sa.Column("retry_at", _INSTANT, nullable=True),
        _error(),
        sa.Column("minute", _INSTANT, nullable=True),
        _count("requests"),
    )
    op.create_table(
        "sound_waits",
        sa.Column("lead_id", sa.Uuid(), sa.ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
    )
    op.create_index("ix_sound_waits_campaign_id", "sound_waits", ["campaign_id", "until"])
    op.create_table(
        "audio_files",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("tenant_id", "name"),
    )


def downgrade() -> None:
    for name in ("audio_files", "sound_waits", "speech_engines", "sounds", "sound_keys"):
        op.drop_table(name)
