"""Answers of log-ins, API keys, the audit trail and the tenant's own settings."""

from typing import Any
from uuid import UUID

from api.responses.models.base import MAYBE, Answer, Moment, Taken
from worker.domain.role import Role


class AccessToken(Taken):
    """An access token, to be sent as `Authorization: Bearer TOKEN`."""

    client_id: str
    domain_uuid: UUID
    expired_in: int
    refresh_token: str
    token: str
    token_type: str
    user_id: str
    user_uuid: str


class OldToken(Answer):
    """An access token in the older shape."""

    expired: int
    token: str
    user_id: str


class User(Answer):
    """Who has logged in: a key stands for the user."""

    user_uuid: str
    domain_uuid: UUID
    username: str
    api_key: str
    user_enabled: str
    level: str


class UserWithToken(User):
    """Who has logged in, what the role allows, and an access token."""

    domain_config: dict[str, str]
    enable: bool
    enable_webrtc: bool
    last_login_date: Moment
    permission: dict[str, Any]  # Any: texts, and a truth for each permission
    privilege: dict[str, Any]  # Any: see above
    token: AccessToken


class ApiKey(Answer):
    """An API key without its secret."""

    token_uuid: UUID
    name: str
    role: Role
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None
    last_used_from: str


class NewApiKey(ApiKey):
    """An API key with its secret, which is shown this once."""

    created: bool
    api_key: str
    ignored: list[str] = MAYBE


class RevokedKey(Answer):
    """A key that is valid no more."""

    token_uuid: UUID
    deleted: bool


class AuditEntry(Answer):
    """A change: who made it, when, from where."""

    id: UUID
    at: Moment
    actor: str
    token_uuid: UUID | None
    role: str
    address: str
    request_id: str
    action: str
    subject: str
    sent: dict[str, Any] | None  # Any: the body of any request
    before: dict[str, Any] | None  # Any: values of any row
    after: dict[str, Any] | None  # Any: see above


class TenantSettings(Answer):
    """A tenant's settings; null stands for no limit."""

    domain_uuid: UUID
    name: str
    timezone: str
    concurrent_call: int | None
    in_use: int
    calls_per_day: int | None
    destinations: list[str]
    caps: dict[str, int]


class Retention(Taken):
    """How many days records are kept; null for no end."""

    leads: int | None
    cdrs: int | None
    callbacks: int | None
    audit: int | None


class Erased(Taken):
    """How many records named the person."""

    message: str
    leads: int
    calls: int
    callbacks: int
    mentions: int
