"""Tenants and the secrets that sign their callbacks."""

import base64
from collections.abc import Callable
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.errors import Conflict, Invalid
from worker.domain.ids import TenantId
from worker.domain.text import plain_name
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.secret_bytes import secret_bytes

DEFAULT_TENANT: Final = "default"
LONGEST_NAME: Final = 255


def create_tenant_if_missing(
    store: RecordStore,
    *,
    name: str,
    timezone: str,
    now: DateTime,
    new_id: Callable[[], UUID],
    chance: Callable[[], float],
) -> Tenant:
    """Return the tenant of this name; a new one gets a signing secret of its own."""
    with store.transaction() as tx:
        found = tx.tenants.named(name)
        return found or _added(tx, name=name, timezone=timezone, now=now, new_id=new_id, chance=chance)


def create_tenant(
    store: RecordStore,
    *,
    name: str,
    timezone: str,
    now: DateTime,
    new_id: Callable[[], UUID],
    chance: Callable[[], float],
) -> Tenant:
    """Create a tenant with a signing secret of its own; raises ``Conflict`` when there is one of this name."""
    name = plain_name(name)
    with store.transaction() as tx:
        if tx.tenants.named(name) is not None:
            raise Conflict(f"there is a tenant {name} already")
        return _added(tx, name=name, timezone=timezone, now=now, new_id=new_id, chance=chance)


def _added(
    tx: RecordTransaction,
    *,
    name: str,
    timezone: str,
    now: DateTime,
    new_id: Callable[[], UUID],
    chance: Callable[[], float],
) -> Tenant:
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise Invalid(f"a tenant's name has 1 to {LONGEST_NAME} printable characters")
    tenant = Tenant(id=TenantId(new_id()), name=name, timezone=timezone)
    tx.tenants.add(tenant, callback_secret=new_signing_secret(chance), now=now)
    return tenant


def find_tenant(store: RecordStore, *, name: str) -> TenantId | None:
    """Return the id of the tenant of this name, if it exists."""
    with store.reading() as tx:
        tenant = tx.tenants.named(name)
    return None if tenant is None else tenant.id


def new_signing_secret(chance: Callable[[], float]) -> str:
    """Return a new secret that signs callbacks."""
    return "whsec_" + base64.b64encode(secret_bytes(chance)).decode()
