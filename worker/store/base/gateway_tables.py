"""The tables of gateways and of the tenants that may use them."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Uuid, false, text

from worker.store.base.columns import Instant, json_type
from worker.store.base.schema import metadata

gateways: Final = Table(
    "gateways",
    metadata,
    Column("name", String, primary_key=True),  # as the switches name it, and as in carriers.gateway
    Column("concurrent_call", Integer),  # most live calls of all carriers on it; null for no limit
    Column("calls_per_second", Integer, nullable=False, server_default=text("0")),  # of all carriers; 0 for no limit
    Column("revision", BigInteger, nullable=False),  # the number of edits
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

gateway_grants: Final = Table(
    "gateway_grants",
    metadata,
    Column("gateway", String, ForeignKey("gateways.name"), primary_key=True),
    Column("tenant_id", Uuid, ForeignKey("tenants.id"), primary_key=True),
    Column("caller_ids", json_type(), nullable=False),  # patterns; none of them: no caller id may be shown
    Column("since", Instant, nullable=False),
    Column("is_revoked", Boolean, nullable=False, server_default=false()),  # kept, so that `why` can say since when
)
