"""The table of recordings: files that exist, and when each is to be deleted. A row goes when its file is gone."""

from typing import Final

from sqlalchemy import Column, String, Table, Uuid

from worker.store.base.columns import Instant
from worker.store.base.schema import metadata

recordings: Final = Table(
    "recordings",
    metadata,
    Column("call_id", Uuid, primary_key=True),  # of a call that may have been deleted
    Column("file", String, nullable=False, unique=True),
    Column("delete_at", Instant, nullable=False, index=True),
)
