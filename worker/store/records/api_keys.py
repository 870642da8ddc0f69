"""API keys and access tokens in SQL."""

from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, func, insert, or_, select, update
from typing_extensions import override

from worker.domain.api_key import EXPIRED_KEY_SHOWN, MOST_ACCESS_TOKENS, USE_NOTED_EVERY, key_id
from worker.domain.chosen_ids import ChosenIds
from worker.domain.errors import NotFound
from worker.domain.ids import TenantId
from worker.domain.role import Role
from worker.ports.paging import Page, Slice
from worker.ports.records.access import ApiKey, ApiKeys, Caller
from worker.ports.records.entities import Tenant
from worker.store.base.access_tables import access_tokens, tokens
from worker.store.base.tables import tenants

_KEY: Final = (
    tokens.c.hash,
    tokens.c.tenant_id,
    tokens.c.name,
    tokens.c.role,
    tokens.c.created_at,
    tokens.c.expires_at,
    tokens.c.last_used_at,
    tokens.c.last_used_from,
)
_TENANT: Final = (
    tenants.c.name.label("tenant_name"),
    tenants.c.timezone,
    tenants.c.caps,
    tenants.c.destinations,
    tenants.c.chosen_ids,
)
_BY_KEY: Final = select(*_KEY, *_TENANT).join(tenants, tenants.c.id == tokens.c.tenant_id)
_BY_ACCESS_TOKEN: Final = (
    select(
        *_KEY,
        *_TENANT,
        tenants.c.id.label("owner_id"),
        access_tokens.c.issuer,
        access_tokens.c.expires_at.label("token_expires_at"),
    )
    .select_from(access_tokens)
    .join(tenants, tenants.c.id == access_tokens.c.tenant_id)
    .outerjoin(tokens, tokens.c.hash == access_tokens.c.issuer)
)


class SqlApiKeys(ApiKeys):
    """API keys and access tokens in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def add(self, hashed: str, key: ApiKey) -> None:
        stored = {"tenant_id": key.tenant_id, "name": key.name, "role": key.role, "created_at": key.created_at}
        self._connection.execute(insert(tokens).values(hash=hashed, **stored, expires_at=key.expires_at))

    @override
    def caller(self, hashed: str) -> Caller | None:
        row = self._connection.execute(_BY_KEY.where(tokens.c.hash == hashed)).mappings().one_or_none()
        if row is None:
            return None
        key = _key(row)
        tenant = _tenant(row, tenant_id=key.tenant_id)
        return Caller(tenant=tenant, role=key.role, key=key, expires_at=key.expires_at, is_installation=False)

    @override
    def caller_by_access_token(self, hashed: str, *, installation: str | None) -> Caller | None:
        row = self._connection.execute(_BY_ACCESS_TOKEN.where(access_tokens.c.hash == hashed)).mappings().one_or_none()
        if row is None or (row["hash"] is None and row["issuer"] != installation):
            return None
        key = None if row["hash"] is None else _key(row)
        return Caller(
            tenant=_tenant(row, tenant_id=TenantId(row["owner_id"])),
            role=Role.ADMIN if key is None else key.role,
            key=key,
            expires_at=row["token_expires_at"] if key is None else _sooner(row["token_expires_at"], key.expires_at),
            is_installation=False,
        )

    @override
    def issue(self, hashed: str, *, issuer: str, tenant_id: TenantId, expires_at: DateTime, now: DateTime) -> None:
        stored = {"hash": hashed, "issuer": issuer, "tenant_id": tenant_id, "created_at": now, "expires_at": expires_at}
        self._connection.execute(insert(access_tokens).values(stored))
        newest = select(access_tokens.c.hash).where(access_tokens.c.issuer == issuer)
        too_many = newest.order_by(access_tokens.c.created_at.desc(), access_tokens.c.hash)
        # A LIMIT without an end is another word on each database; nobody has so many more.
        old = too_many.offset(MOST_ACCESS_TOKENS).limit(MOST_ACCESS_TOKENS)
        self._connection.execute(delete(access_tokens).where(access_tokens.c.hash.in_(old)))

    @override
    def drop_access_token(self, hashed: str) -> None:
        self._connection.execute(delete(access_tokens).where(access_tokens.c.hash == hashed))

    @override
    def get(self, tenant_id: TenantId, key_id: UUID) -> ApiKey:
        asked = select(*_KEY).where(_is(key_id), tokens.c.tenant_id == tenant_id).with_for_update()
        row = self._connection.execute(asked).mappings().one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return _key(row)

    @override
    def page(self, tenant_id: TenantId, part: Slice) -> Page[ApiKey]:
        ours = tokens.c.tenant_id == tenant_id
        newest = select(*_KEY).where(ours).order_by(tokens.c.created_at.desc(), tokens.c.hash)
        rows = self._connection.execute(newest.limit(part.limit).offset(part.offset)).mappings()
        total = self._connection.scalar(select(func.count()).select_from(tokens).where(ours))
        return Page([_key(row) for row in rows], total or 0)

    @override
    def expire(self, key_id: UUID, *, at: DateTime) -> None:
        self._connection.execute(update(tokens).where(_is(key_id)).values(expires_at=at))

    @override
    def revoke(self, key_id: UUID) -> None:
        self._connection.execute(delete(tokens).where(_is(key_id)))

    @override
    def note_use(self, key_id: UUID, *, at: DateTime, site: str) -> None:
        is_old = or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at <= at - USE_NOTED_EVERY)
        self._connection.execute(update(tokens).where(_is(key_id), is_old).values(last_used_at=at, last_used_from=site))

    @override
    def drop_expired(self, *, now: DateTime, limit: int) -> int:
        over = select(access_tokens.c.hash).where(access_tokens.c.expires_at <= now).limit(limit)
        dropped = self._connection.execute(delete(access_tokens).where(access_tokens.c.hash.in_(over))).rowcount
        long_over = select(tokens.c.hash).where(tokens.c.expires_at <= now - EXPIRED_KEY_SHOWN).limit(limit)
        return dropped + self._connection.execute(delete(tokens).where(tokens.c.hash.in_(long_over))).rowcount


def _is(key_id: UUID) -> ColumnElement[bool]:
    """Return the condition for a key of this id; it is a range of the primary key."""
    return and_(tokens.c.hash >= key_id.hex, tokens.c.hash < key_id.hex + "g")


def _sooner(one: DateTime, other: DateTime | None) -> DateTime:
    return one if other is None else min(one, other)


def _key(row: RowMapping) -> ApiKey:
    fields = {name: row[name] for name in ("tenant_id", "name", "role", "created_at", "expires_at", "last_used_at")}
    return ApiKey(id=key_id(row["hash"]), **fields, last_used_from=row["last_used_from"])


def _tenant(row: RowMapping, *, tenant_id: TenantId) -> Tenant:
    return Tenant(
        id=tenant_id,
        name=row["tenant_name"],
        timezone=row["timezone"],
        caps=row["caps"],
        destinations=tuple(row["destinations"]),
        chosen_ids=ChosenIds(row["chosen_ids"]),
    )
