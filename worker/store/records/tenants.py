"""Tenants and their tokens."""

from typing import Final

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from worker.domain.ids import TenantId
from worker.ports.records.entities import Tenant, TenantSettings
from worker.store.base.callback_tables import retired_secrets
from worker.store.base.dialect import conflicts_named, insert_or_replace
from worker.store.base.tables import LIVE_ROWS, calls, tenants, tokens

_LIVE: Final = select(func.count()).where(calls.c.tenant_id == tenants.c.id, LIVE_ROWS).correlate(tenants)
_SETTINGS: Final = select(
    tenants.c.id,
    tenants.c.name,
    tenants.c.timezone,
    tenants.c.concurrent_call,
    _LIVE.scalar_subquery().label("live"),
)


class SqlTenants:
    """Tenants in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    def of_token(self, hashed: str) -> Tenant | None:
        """Give the tenant to whom the hashed token belongs."""
        return self._one(tenants.c.id == select(tokens.c.tenant_id).where(tokens.c.hash == hashed).scalar_subquery())

    def named(self, name: str) -> Tenant | None:
        """Give the tenant of this name."""
        return self._one(tenants.c.name == name)

    def get(self, tenant_id: TenantId) -> Tenant:
        """Give a tenant that there is."""
        asked = select(tenants.c.id, tenants.c.name, tenants.c.timezone).where(tenants.c.id == tenant_id)
        row = self._connection.execute(asked).one()
        return Tenant(id=TenantId(row.id), name=row.name, timezone=row.timezone)

    def settings(self, tenant_id: TenantId) -> TenantSettings:
        """Give what holds for all of a tenant that there is, with its live calls."""
        row = self._connection.execute(_SETTINGS.where(tenants.c.id == tenant_id)).mappings().one()
        return TenantSettings(**row)

    def all_settings(self) -> list[TenantSettings]:
        """Give the same of every tenant, by name."""
        rows = self._connection.execute(_SETTINGS.order_by(tenants.c.name)).mappings()
        return [TenantSettings(**row) for row in rows]

    def lock(self, tenant_id: TenantId) -> None:
        """Keep others from changing the tenant's settings until this transaction ends."""
        self._connection.execute(select(tenants.c.id).where(tenants.c.id == tenant_id).with_for_update(key_share=True))

    def save(self, settings: TenantSettings) -> None:
        """Write zone and cap of a locked tenant."""
        row = update(tenants).where(tenants.c.id == settings.id)
        self._connection.execute(row.values(timezone=settings.timezone, concurrent_call=settings.concurrent_call))

    def add(self, tenant: Tenant, *, callback_secret: str, now: DateTime) -> None:
        """Add a tenant; raises ``Conflict`` when the name is taken."""
        with conflicts_named(name="tenant is existed", id="tenant is existed"):
            self._connection.execute(
                insert(tenants).values(
                    id=tenant.id,
                    name=tenant.name,
                    timezone=tenant.timezone,
                    callback_secret=callback_secret,
                    created_at=now,
                )
            )

    def secret(self, tenant_id: TenantId) -> str:
        """Give the present signing secret of a tenant that there is."""
        asked = select(tenants.c.callback_secret).where(tenants.c.id == tenant_id)
        return str(self._connection.execute(asked).scalar_one())

    def rotate_secret(self, tenant_id: TenantId, *, secret: str, old_until: DateTime) -> None:
        """Sign with a new secret; the one before stays valid beside it until then, and an older one no longer."""
        ours = tenants.c.id == tenant_id
        before = self._connection.execute(select(tenants.c.callback_secret).where(ours).with_for_update()).scalar_one()
        retiring = insert_or_replace(
            self._connection,
            retired_secrets,
            same=("tenant_id",),
            new=lambda row: {"secret": row["secret"], "valid_until": row["valid_until"]},
        )
        self._connection.execute(retiring, [{"tenant_id": tenant_id, "secret": before, "valid_until": old_until}])
        self._connection.execute(update(tenants).where(ours).values(callback_secret=secret))

    def add_token(self, hashed: str, *, tenant_id: TenantId, now: DateTime) -> None:
        """Add a token's hash."""
        self._connection.execute(insert(tokens).values(hash=hashed, tenant_id=tenant_id, created_at=now))

    def _one(self, condition: ColumnElement[bool]) -> Tenant | None:
        asked = select(tenants.c.id, tenants.c.name, tenants.c.timezone).where(condition)
        row = self._connection.execute(asked).one_or_none()
        return None if row is None else Tenant(id=TenantId(row.id), name=row.name, timezone=row.timezone)
