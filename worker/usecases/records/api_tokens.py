"""API keys and access tokens: only their hashes are stored."""

import base64
import hashlib
import hmac
from collections.abc import Callable

from pendulum import DateTime

from worker.domain.api_key import ACCESS_PREFIX, access_token_expires, is_valid, key_id
from worker.domain.errors import NotFound
from worker.domain.role import Role
from worker.ports.records.access import ApiKey, Caller
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.secret_bytes import secret_bytes
from worker.usecases.records.tenants import DEFAULT_TENANT


def create_token(  # noqa: PLR0913 - what a key has
    store: RecordStore,
    *,
    tenant: Tenant,
    now: DateTime,
    chance: Callable[[], float],
    name: str = "",
    role: Role = Role.ADMIN,
    expires_at: DateTime | None = None,
) -> str:
    """Create an API key and return it; only its hash is stored, so it cannot be read again."""
    with store.transaction() as tx:
        secret, _ = add_key(tx, tenant=tenant, now=now, chance=chance, name=name, role=role, expires_at=expires_at)
    return secret


def add_key(  # noqa: PLR0913 - see above
    tx: RecordTransaction,
    *,
    tenant: Tenant,
    now: DateTime,
    chance: Callable[[], float],
    name: str,
    role: Role,
    expires_at: DateTime | None,
) -> tuple[str, ApiKey]:
    """Add an API key; return its secret, and the key as it is listed."""
    secret = _random(chance)
    hashed = hash_of(secret)
    key = ApiKey(id=key_id(hashed), tenant_id=tenant.id, name=name, role=role, created_at=now, expires_at=expires_at)
    tx.api_keys.add(hashed, key)
    return secret, key


def find_caller(store: RecordStore, *, token: str, api_token: str | None, now: DateTime) -> Caller:
    """Return who sends this key or access token; it costs one indexed read. Raises ``NotFound``."""
    is_access_token = token.startswith(ACCESS_PREFIX)
    installation = None if api_token is None else hash_of(api_token)
    with store.reading() as tx:
        if api_token is not None and hmac.compare_digest(token.encode(), api_token.encode()):
            found = _installation(tx)
        elif is_access_token:
            found = tx.api_keys.caller_by_access_token(hash_of(token), installation=installation)
        else:
            found = tx.api_keys.caller(hash_of(token))
    if found is None or not is_valid(found.expires_at, now=now):
        raise NotFound("no tenant has this token")
    return found


def issue_access_token(
    store: RecordStore, caller: Caller, *, key: str, now: DateTime, chance: Callable[[], float]
) -> tuple[str, DateTime]:
    """Issue an access token for a valid key; return it, and when it ends. It has the key's role, and ends with it."""
    secret = ACCESS_PREFIX + _random(chance)
    expires_at = access_token_expires(key_expires_at=caller.expires_at, now=now)
    with store.transaction() as tx:
        tx.api_keys.issue(
            hash_of(secret), issuer=hash_of(key), tenant_id=caller.tenant.id, expires_at=expires_at, now=now
        )
    return secret, expires_at


def hash_of(token: str) -> str:
    """Return what is stored of a key or token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _installation(tx: RecordTransaction) -> Caller | None:
    tenant = tx.tenants.named(DEFAULT_TENANT)
    if tenant is None:
        return None
    return Caller(tenant=tenant, role=Role.ADMIN, key=None, expires_at=None, is_installation=True)


def _random(chance: Callable[[], float]) -> str:
    return base64.urlsafe_b64encode(secret_bytes(chance)).rstrip(b"=").decode()
