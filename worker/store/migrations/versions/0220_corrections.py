"""What is deleted or refreshed: carriers, templates, lists, leads.

It only expands. A release before this one shows what was deleted, and dials none of it: deleted lists are inactive, and
removed leads are parked. Lists of campaigns that were deleted before are cleared now.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0220"
down_revision = "0114"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_MOMENT = sa.TIMESTAMP(timezone=True)
_TO_CLEAR = sa.text("deleted_at IS NOT NULL AND cleared_at IS NULL")
_ADDED = {
    "carriers": ("deleted_at",),
    "templates": ("deleted_at",),
    "lists": ("reset_at", "deleted_at", "cleared_at"),
    "leads": ("refreshed_at", "removed_at"),
}


def upgrade() -> None:
    for table, names in _ADDED.items():
        for name in names:
            op.add_column(table, sa.Column(name, _MOMENT, nullable=True))
    op.add_column("lists", sa.Column("reset_outcomes", _JSON, nullable=True))
    op.create_index("ix_lists_deleted_at", "lists", ["deleted_at"], postgresql_where=_TO_CLEAR, sqlite_where=_TO_CLEAR)
    op.create_table(
        "list_refreshes",
        sa.Column("list_id", sa.Uuid(), sa.ForeignKey("lists.id", name="fk_list_refreshes_list_id"), primary_key=True),
        sa.Column("outcomes", _JSON, nullable=True),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("after_phone", sa.String(), nullable=True),
        sa.Column("after_lead_id", sa.Uuid(), nullable=True),
    )
    op.execute(
        "UPDATE lists SET active = false, deleted_at = "
        "(SELECT campaigns.deleted_at FROM campaigns WHERE campaigns.id = lists.campaign_id)"
        " WHERE EXISTS (SELECT 1 FROM campaigns WHERE campaigns.id = lists.campaign_id"
        " AND campaigns.deleted_at IS NOT NULL)"
    )


def downgrade() -> None:
    op.drop_table("list_refreshes")
    op.drop_index("ix_lists_deleted_at", "lists")
    op.drop_column("lists", "reset_outcomes")
    for table, names in _ADDED.items():
        for name in names:
            op.drop_column(table, name)
