"""The table of lists whose leads are being called anew."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Table, Uuid

from worker.store.base.columns import Instant, json_type
from worker.store.base.hidden_columns import Phone
from worker.store.base.schema import metadata

list_refreshes: Final = Table(
    "list_refreshes",
    metadata,
    Column("list_id", Uuid, ForeignKey("lists.id"), primary_key=True),
    Column("outcomes", json_type()),  # of leads with these last outcomes; null: of all
    Column("asked_at", Instant, nullable=False),
    Column("after_phone", Phone),  # the cursor: the last lead that was read; null before the first batch
    Column("after_lead_id", Uuid),
)
