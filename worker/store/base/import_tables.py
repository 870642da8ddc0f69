"""The tables of files that are being imported."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, Uuid, text

from worker.domain.file_import import FileKind, ImportState, RowResult
from worker.store.base.columns import Choice, Instant, id_column, reference
from worker.store.base.schema import metadata

_NONE: Final = text("0")

file_imports: Final = Table(
    "file_imports",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    Column("kind", Choice(FileKind), nullable=False),
    reference("list_id", "lists.id", nullable=True),
    Column("scope", String, nullable=False, server_default=""),
    Column("file_name", Text, nullable=False, server_default=""),
    Column("size", Integer, nullable=False),  # of the file, in bytes
    Column("state", Choice(ImportState), nullable=False),
    Column("rows", Integer, nullable=False, server_default=_NONE),  # about how many it has
    Column("read_to", Integer, nullable=False, server_default=_NONE),  # the last row that was dealt with
    Column("added", Integer, nullable=False, server_default=_NONE),
    Column("restored", Integer, nullable=False, server_default=_NONE),
    Column("refused", Integer, nullable=False, server_default=_NONE),
    Column("failures", Integer, nullable=False, server_default=_NONE),  # errors of ours in a row
    Column("error", Text, nullable=False, server_default=""),
    Column("claimed_by", Uuid),  # the worker that reads it
    Column("claimed_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
Index("ix_file_imports_tenant_id", file_imports.c.tenant_id, file_imports.c.id)
Index("ix_file_imports_state", file_imports.c.state, file_imports.c.ended_at)

file_parts: Final = Table(
    "file_parts",
    metadata,
    Column("import_id", Uuid, ForeignKey("file_imports.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

import_reports: Final = Table(
    "import_reports",
    metadata,
    Column("import_id", Uuid, ForeignKey("file_imports.id", ondelete="CASCADE"), primary_key=True),
    Column("row", Integer, primary_key=True),  # its number in the file
    Column("result", Choice(RowResult), nullable=False),
    Column("value", Text, nullable=False),  # the number's cell, masked
    Column("why", Text, nullable=False, server_default=""),
)
