"""The table of tenants' retentions."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, Uuid

from worker.domain.retention import Kept
from worker.store.base.columns import Choice, Instant
from worker.store.base.schema import metadata

retentions: Final = Table(
    "retentions",
    metadata,
    Column("tenant_id", Uuid, ForeignKey("tenants.id"), nullable=False),
    Column("kind", Choice(Kept), nullable=False),
    Column("days", Integer, nullable=False),
    Column("next_at", Instant, nullable=False, index=True),
    Column("after_id", Uuid),  # the cursor, where records are read in turn
    PrimaryKeyConstraint("tenant_id", "kind"),
)
