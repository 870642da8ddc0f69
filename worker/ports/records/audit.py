"""The audit trail: who changed what, when, from where. Its values, and the port by which it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.ids import TenantId
from worker.domain.json_value import Json
from worker.ports.paging import Page, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The row that a request names, of which the trail has what was changed."""

    table: str
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One request or command: each transaction that it commits leaves an entry, in that transaction."""

    at: DateTime
    tenant_id: TenantId | None
    """None for a command: it acts for the installation."""
    actor: str
    """The name of the key, ``CALLBEAT_API_TOKEN``, or ``command line``."""
    key_id: UUID | None = None
    role: str = ""
    address: str = ""
    request_id: str = ""
    action: str
    """Method and path, or the command."""
    subject: Subject | None = None
    subject_id: str = ""
    """What the path names besides; of a subject its id."""
    sent: Mapping[str, Json] | None = None
    """The request's body, masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An entry of the trail."""

    id: UUID
    at: DateTime
    actor: str
    key_id: UUID | None
    role: str
    address: str
    request_id: str
    action: str
    subject_id: str
    sent: Mapping[str, Json] | None
    before: Mapping[str, Json] | None
    """What was changed, as it was; None where no row is named, or the row is new."""
    after: Mapping[str, Json] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries are wanted; None matches all."""

    since: DateTime | None = None
    until: DateTime | None = None
    key_id: UUID | None = None
    actor: str | None = None
    address: str | None = None
    request_id: str | None = None
    action: str | None = None
    """The beginning of it, for example ``PUT /v3/campaign``."""
    subject_id: str | None = None


class AuditTrail(Protocol):
    """Entries of the audit trail; the store writes them itself, when a transaction of an ``Act`` commits."""

    def page(
        self, tenant_id: TenantId, part: Slice, *, wanted: AuditFilter, with_installation: bool
    ) -> Page[AuditEntry]:
        """Return the tenant's entries, newest first, with those of commands if asked for."""

    def drop(self, *, before: DateTime, limit: int) -> int:
        """Delete the oldest entries from before this time; return how many."""
