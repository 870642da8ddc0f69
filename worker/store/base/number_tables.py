"""The tables of the number plan, and of the calls of each day."""

from typing import Final

from sqlalchemy import Column, Date, Index, Integer, String, Table, UniqueConstraint, Uuid

from worker.domain.network import Network
from worker.store.base.columns import Choice, Instant, reference
from worker.store.base.schema import metadata

dialled_days: Final = Table(
    "dialled_days",
    metadata,
    Column("carrier_id", Uuid, primary_key=True),  # no foreign key: the count outlives a carrier
    Column("day", Date, primary_key=True),  # in the tenant's zone
    Column("tenant_id", Uuid, nullable=False),
    Column("calls", Integer, nullable=False),
)
Index("ix_dialled_days_tenant_id_day", dialled_days.c.tenant_id, dialled_days.c.day)

network_prefixes: Final = Table(
    "network_prefixes",
    metadata,
    reference("tenant_id", "tenants.id"),
    Column("prefix", String, nullable=False),  # with its leading 0
    Column("network", Choice(Network)),  # null: not dialled
    Column("effective_from", Date, nullable=False),  # in the tenant's zone
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "prefix", "effective_from"),
)

ported_numbers: Final = Table(
    "ported_numbers",
    metadata,
    reference("tenant_id", "tenants.id"),
    Column("phone", String, nullable=False),
    Column("network", Choice(Network), nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "phone"),
)
