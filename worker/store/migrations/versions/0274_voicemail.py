"""What detects machines on a carrier's calls; a release before this one starts no detector."""

import sqlalchemy as sa
from alembic import op

revision = "0274"
down_revision = "0273"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("voicemail_detector", sa.String(), server_default="", nullable=False)
    op.add_column("carriers", column)


def downgrade() -> None:
    op.drop_column("carriers", "voicemail_detector")
