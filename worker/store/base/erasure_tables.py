"""The tables of erased persons: keyed hashes of their numbers, and each tenant's key."""

from typing import Final

from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, String, Table, Uuid

from worker.store.base.columns import Instant
from worker.store.base.schema import metadata

erasure_keys: Final = Table(
    "erasure_keys",
    metadata,
    Column("tenant_id", Uuid, ForeignKey("tenants.id"), primary_key=True),
    Column("key", String, nullable=False),  # a secret; a tenant that erased nobody has none
)

erased_numbers: Final = Table(
    "erased_numbers",
    metadata,
    Column("tenant_id", Uuid, ForeignKey("tenants.id"), nullable=False),
    Column("hash", String, nullable=False),
    Column("erased_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "hash"),
)
