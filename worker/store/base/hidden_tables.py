"""The table of campaigns whose numbers are stored encrypted, or become so."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Table, Uuid

from worker.domain.number_sealing import SealingStage
from worker.store.base.columns import Choice, Instant, reference
from worker.store.base.schema import metadata, partial_index

number_sealings: Final = Table(
    "number_sealings",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaigns.id"), primary_key=True),
    reference("tenant_id", "tenants.id", index=True),
    Column("hides", Boolean, nullable=False),  # false: numbers become clear again, and then the row goes
    Column("stage", Choice(SealingStage), nullable=False),
    Column("after_id", Uuid),  # the cursor of the stage
    Column("due_at", Instant),  # null: all is done
)
partial_index("ix_number_sealings_due_at", number_sealings.c.due_at, where=number_sealings.c.due_at.is_not(None))
