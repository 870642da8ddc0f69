"""The tables of access to the API: keys, access tokens, failed log-ins."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, String, Table, text

from worker.domain.role import Role
from worker.store.base.columns import Choice, Instant, reference
from worker.store.base.schema import metadata

tokens: Final = Table(
    "tokens",  # API keys; the table has its name since the first release
    metadata,
    Column("hash", String, primary_key=True),  # SHA-256 of a random key: no salt needed, found in one lookup
    reference("tenant_id", "tenants.id"),
    Column("name", String, nullable=False, server_default=""),
    Column("role", Choice(Role), nullable=False, server_default=text("'admin'")),  # a key of 0.1 may do everything
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),  # null: it has no end
    Column("last_used_at", Instant),  # written every ten minutes at most
    Column("last_used_from", String, nullable=False, server_default=""),
)
Index("ix_tokens_tenant_id", tokens.c.tenant_id, tokens.c.created_at)

access_tokens: Final = Table(
    "access_tokens",
    metadata,
    Column("hash", String, primary_key=True),
    reference("tenant_id", "tenants.id"),
    Column("issuer", String, nullable=False),  # the hash of a key, or of CALLBEAT_API_TOKEN
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)
Index("ix_access_tokens_issuer", access_tokens.c.issuer, access_tokens.c.created_at)

login_failures: Final = Table(
    "login_failures",
    metadata,
    Column("subject", String, primary_key=True),  # an address, a part of the hash of what was given as a key, or all
    Column("since", Instant, nullable=False, index=True),
    Column("failures", BigInteger, nullable=False),
)
