"""Tenants, their bearer tokens, and whose a token is."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.errors import NotFound
from worker.domain.ids import TenantId
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore

DEFAULT_TENANT: Final = "default"
SECRET_BYTES: Final = 32


def create_tenant_if_missing(
    store: RecordStore,
    *,
    name: str,
    timezone: str,
    now: DateTime,
    new_id: Callable[[], UUID],
    chance: Callable[[], float],
) -> Tenant:
    """Give the tenant of this name, made now if need be, with a signing secret of its own for callbacks."""
    with store.transaction() as tx:
        found = tx.tenants.named(name)
        if found is not None:
            return found
        tenant = Tenant(id=TenantId(new_id()), name=name, timezone=timezone)
        tx.tenants.add(tenant, callback_secret=new_signing_secret(chance), now=now)
        return tenant


def new_signing_secret(chance: Callable[[], float]) -> str:
    """Make a secret that callbacks are signed with."""
    return "whsec_" + base64.b64encode(_random_bytes(chance)).decode()


def create_token(store: RecordStore, *, tenant: Tenant, now: DateTime, chance: Callable[[], float]) -> str:
    """Make a token; only its hash is kept, so this is the one time that it can be read."""
    token = base64.urlsafe_b64encode(_random_bytes(chance)).rstrip(b"=").decode()
    with store.transaction() as tx:
        tx.tenants.add_token(_hash(token), tenant_id=tenant.id, now=now)
    return token


def tenant_of(store: RecordStore, *, token: str, api_token: str | None) -> Tenant:
    """Give the tenant whose token it is; raises ``NotFound``."""
    with store.reading() as tx:
        if api_token is not None and hmac.compare_digest(token.encode(), api_token.encode()):
            found = tx.tenants.named(DEFAULT_TENANT)
        else:
            found = tx.tenants.of_token(_hash(token))
    if found is None:
        raise NotFound("no tenant has this token")
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _random_bytes(chance: Callable[[], float]) -> bytes:
    """Draw bytes; the process gives a chance that is fit for secrets."""
    return bytes(int(chance() * 256) for _ in range(SECRET_BYTES))


def find_tenant(store: RecordStore, *, name: str) -> TenantId | None:
    """Return the id of the tenant of this name, if it exists."""
    with store.reading() as tx:
        tenant = tx.tenants.named(name)
    return None if tenant is None else tenant.id
