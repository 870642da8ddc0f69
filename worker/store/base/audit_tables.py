"""The table of the audit trail."""

from typing import Final

from sqlalchemy import Column, Index, String, Table, Text, Uuid

from worker.store.base.columns import Instant, id_column, json_type, reference
from worker.store.base.schema import metadata

audit: Final = Table(
    "audit",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id", nullable=True),  # null: a command, for the installation
    Column("at", Instant, nullable=False, index=True),
    Column("actor", String, nullable=False),
    Column("key_id", Uuid),  # no reference: a revoked key is gone, what it did stays
    Column("role", String, nullable=False),
    Column("address", String, nullable=False),
    Column("request_id", String, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_id", String, nullable=False),
    Column("sent", json_type()),
    Column("before", json_type()),
    Column("after", json_type()),
)
Index("ix_audit_tenant_id", audit.c.tenant_id, audit.c.id)
Index("ix_audit_subject_id", audit.c.subject_id)
