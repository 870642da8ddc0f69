"""Indexes by which CDRs are found, newest first; a call is written into them once, when it ends.

They only expand. On a large table build them beforehand without blocking, as deploy/README.md says; then they are left
as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0281"
down_revision = "0271"
branch_labels = None
depends_on = None

_ENDED = "state = 'ended'"
_INDEXES = {
    "ix_cdrs_tenant": ("tenant_id", _ENDED),
    "ix_cdrs_campaign": ("campaign_id", _ENDED),
    "ix_cdrs_list": ("list_id", _ENDED),
    "ix_cdrs_run": ("run_id", _ENDED),
    "ix_cdrs_outcome": ("tenant_id outcome", _ENDED),
    "ix_cdrs_caller_id": ("tenant_id caller_id", _ENDED),
    "ix_cdrs_phone": ("tenant_id phone", _ENDED),
    "ix_cdrs_last_key": ("tenant_id last_key", f"{_ENDED} AND last_key IS NOT NULL"),
    "ix_cdrs_ref_id": ("tenant_id ref_id", f"{_ENDED} AND ref_id != ''"),
}


def upgrade() -> None:
    for name, (columns, where) in _INDEXES.items():
        which = sa.text(where)
        op.create_index(
            name,
            "calls",
            [*columns.split(), "started_at", "id"],
            if_not_exists=True,
            postgresql_where=which,
            sqlite_where=which,
        )


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, "calls")
