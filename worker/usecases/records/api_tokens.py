"""Bearer tokens: only their hashes are stored."""

import base64
import hashlib
import hmac
from collections.abc import Callable

from pendulum import DateTime

from worker.domain.errors import NotFound
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore
from worker.usecases.records.secret_bytes import secret_bytes
from worker.usecases.records.tenants import DEFAULT_TENANT


def create_token(store: RecordStore, *, tenant: Tenant, now: DateTime, chance: Callable[[], float]) -> str:
    """Create a token and return it; only its hash is stored, so it cannot be read again."""
    token = base64.urlsafe_b64encode(secret_bytes(chance)).rstrip(b"=").decode()
    with store.transaction() as tx:
        tx.tenants.add_token(_hash(token), tenant_id=tenant.id, now=now)
    return token


def tenant_of(store: RecordStore, *, token: str, api_token: str | None) -> Tenant:
    """Return the tenant of a token; raises ``NotFound``."""
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
