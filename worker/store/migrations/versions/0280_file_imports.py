"""Files that are being imported. It only expands: a release before this one knows nothing of them."""

import sqlalchemy as sa
from alembic import op

revision = "0280"
down_revision = "0222"
branch_labels = None
depends_on = None

_NONE = sa.text("0")


def upgrade() -> None:
    op.create_table(
        "file_imports",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("list_id", sa.Uuid(), sa.ForeignKey("lists.id"), nullable=True),
        sa.Column("scope", sa.String(), nullable=False, server_default=""),
        sa.Column("file_name", sa.Text(), nullable=False, server_default=""),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False, server_default=_NONE),
        sa.Column("read_to", sa.Integer(), nullable=False, server_default=_NONE),
        sa.Column("added", sa.Integer(), nullable=False, server_default=_NONE),
        sa.Column("restored", sa.Integer(), nullable=False, server_default=_NONE),
        sa.Column("refused", sa.Integer(), nullable=False, server_default=_NONE),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=_NONE),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
    )
    op.create_index("ix_file_imports_tenant_id", "file_imports", ["tenant_id", "id"])
    op.create_index("ix_file_imports_state", "file_imports", ["state", "ended_at"])
    op.create_table(
        "file_parts",
        sa.Column("import_id", sa.Uuid(), sa.ForeignKey("file_imports.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "import_reports",
        sa.Column("import_id", sa.Uuid(), sa.ForeignKey("file_imports.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("row", sa.Integer(), primary_key=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_table("import_reports")
    op.drop_table("file_parts")
    op.drop_table("file_imports")
