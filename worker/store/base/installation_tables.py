"""The table of the installation: one row, which appears when there is something to write."""

from typing import Final

from sqlalchemy import Column, Integer, String, Table, Text

from worker.store.base.columns import Instant
from worker.store.base.schema import metadata

THE_ROW: Final = 1
"""The id of the only row."""

installation: Final = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("held_since", Instant),  # null: it was never held
    Column("held_why", Text, nullable=False, server_default=""),
    Column("held_by", String, nullable=False, server_default=""),
    Column("released_at", Instant),  # null: the hold lasts
)
