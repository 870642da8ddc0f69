"""The tables of encryption at rest: which keys are in use, and which leads hold a one-time code."""

from typing import Final

from sqlalchemy import Column, ForeignKey, String, Table, Uuid

from worker.store.base.columns import Instant
from worker.store.base.schema import metadata

secret_keys: Final = Table(
    "secret_keys",
    metadata,
    Column("id", String, primary_key=True),  # of a key of CALLBEAT_SECRET_KEY; the key itself is never stored
    Column("used_since", Instant, nullable=False),  # the latest one encrypts, the others only decrypt
)

one_time_codes: Final = Table(
    "one_time_codes",
    metadata,
    Column(
        "lead_id", Uuid, ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True
    ),  # its additional data holds a code
)
