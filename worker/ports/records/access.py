"""Who may use the API: keys, access tokens, failed log-ins. The port of the store, and its values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.ids import TenantId
from worker.domain.login_limit import Failures
from worker.domain.role import Role
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key without its secret; it was made with ``callbeat token create`` or over the API."""

    id: UUID
    tenant_id: TenantId
    name: str
    role: Role
    created_at: DateTime
    expires_at: DateTime | None
    last_used_at: DateTime | None = None
    last_used_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sends a request: a tenant with a role, by a key or by CALLBEAT_API_TOKEN."""

    tenant: Tenant
    role: Role
    key: ApiKey | None
    """None for CALLBEAT_API_TOKEN, and for access tokens that were issued for it."""
    expires_at: DateTime | None
    is_installation: bool
    """True for CALLBEAT_API_TOKEN itself, which its operator has."""


class ApiKeys(Protocol):
    """API keys and the access tokens that were issued for them; of each only a hash is stored."""

    def add(self, hashed: str, key: ApiKey) -> None:
        """Add a key."""

    def caller(self, hashed: str) -> Caller | None:
        """Return who has this key, expired or not; None when there is no such key."""

    def caller_by_access_token(self, hashed: str, *, installation: str | None) -> Caller | None:
        """Return who has this access token, expired or not; None when it, or its key, is gone.

        ``installation`` is the hash of CALLBEAT_API_TOKEN: tokens issued for another value of it are gone.
        """

    def issue(self, hashed: str, *, issuer: str, tenant_id: TenantId, expires_at: DateTime, now: DateTime) -> None:
        """Add an access token; ``issuer`` is the hash of its key or of CALLBEAT_API_TOKEN.

        The oldest of an issuer with too many are dropped.
        """

    def drop_access_token(self, hashed: str) -> None:
        """Delete an access token; its key stays."""

    def get(self, tenant_id: TenantId, key_id: UUID) -> ApiKey:
        """Return the tenant's key, locked until the transaction ends; raises ``NotFound``."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[ApiKey]:
        """Return the tenant's keys, newest first."""

    def expire(self, key_id: UUID, *, at: DateTime) -> None:
        """Set when a key ends."""

    def revoke(self, key_id: UUID) -> None:
        """Delete a key; its access tokens are void from then on."""

    def note_use(self, key_id: UUID, *, at: DateTime, site: str) -> None:
        """Write when and from where a key was used last, unless another process just did."""

    def drop_expired(self, *, now: DateTime, limit: int) -> int:
        """Delete expired access tokens and long expired keys; return how many rows went."""


class LoginFailures(Protocol):
    """Failed log-ins, counted for each subject within a window, for all processes."""

    def note(self, subjects: Collection[str], *, now: DateTime) -> Mapping[str, Failures]:
        """Count a failure of these subjects, and in the total; return what they have now."""

    def of(self, subjects: Collection[str]) -> Mapping[str, Failures]:
        """Return what is counted of these subjects."""

    def total(self) -> int:
        """Return how many log-ins have failed since the counting began."""

    def drop_old(self, *, now: DateTime, limit: int) -> int:
        """Delete subjects whose window is over; return how many."""
