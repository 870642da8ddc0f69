"""List, create, rotate and revoke a tenant's API keys."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from pendulum import DateTime, Duration

from worker.domain.api_key import is_valid, rotated_until
from worker.domain.errors import Conflict, Invalid, NotFound
from worker.domain.role import Role
from worker.ports.paging import Page, Slice
from worker.ports.records.access import ApiKey
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore
from worker.usecases.records.api_tokens import add_key


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made; its secret cannot be read again."""

    secret: str
    key: ApiKey


def tenant_named(store: RecordStore, name: str) -> Tenant:
    """Return the tenant of this name; raises ``NotFound``."""
    with store.reading() as tx:
        tenant = tx.tenants.named(name)
    if tenant is None:
        raise NotFound(f"there is no tenant {name}")
    return tenant


def list_keys(store: RecordStore, *, tenant: Tenant, part: Slice) -> Page[ApiKey]:
    """Return the tenant's keys, newest first."""
    with store.reading() as tx:
        return tx.api_keys.page(tenant.id, part)


def create_key(  # noqa: PLR0913 - what a key has
    store: RecordStore,
    *,
    tenant: Tenant,
    name: str,
    role: Role,
    expires_at: DateTime | None,
    now: DateTime,
    chance: Callable[[], float],
) -> NewKey:
    """Create a key; raises ``Invalid`` when it would be expired already."""
    if not is_valid(expires_at, now=now):
        raise Invalid("expires_at is in the past")
    with store.transaction() as tx:
        secret, key = add_key(tx, tenant=tenant, now=now, chance=chance, name=name, role=role, expires_at=expires_at)
    return NewKey(secret=secret, key=key)


def rotate_key(
    store: RecordStore, *, tenant: Tenant, key_id: UUID, overlap: Duration, now: DateTime, chance: Callable[[], float]
) -> NewKey:
    """Create a key of the same name and role; the old one stays valid for the overlap. Raises ``NotFound``.

    Raises ``Conflict`` when the old one has expired.
    """
    with store.transaction() as tx:
        old = tx.api_keys.get(tenant.id, key_id)
        if not is_valid(old.expires_at, now=now):
            raise Conflict("the key has expired: create another one")
        secret, key = add_key(tx, tenant=tenant, now=now, chance=chance, name=old.name, role=old.role, expires_at=None)
        tx.api_keys.expire(key_id, at=rotated_until(old.expires_at, overlap=overlap, now=now))
    return NewKey(secret=secret, key=key)


def revoke_key(store: RecordStore, *, tenant: Tenant, key_id: UUID) -> None:
    """Delete a key: it and its access tokens are refused by the next request. Raises ``NotFound``."""
    with store.transaction() as tx:
        tx.api_keys.get(tenant.id, key_id)
        tx.api_keys.revoke(key_id)
