"""The table of answers to requests with a client's key."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, Uuid

from worker.store.base.columns import Instant
from worker.store.base.schema import metadata

request_answers: Final = Table(
    "request_answers",
    metadata,
    Column("tenant_id", Uuid, ForeignKey("tenants.id"), primary_key=True),
    Column("key", String, primary_key=True),  # the hash of the client's key
    Column("fingerprint", String, nullable=False),  # of what was asked, keyed by the client's key
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
)
