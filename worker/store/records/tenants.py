"""Tenants and their tokens."""

from typing import Final

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update
from typing_extensions import override

from worker.domain.chosen_ids import ChosenIds
from worker.domain.ids import TenantId
from worker.domain.secret_place import SecretPlace
from worker.ports.records.entities import Tenant, TenantSettings
from worker.ports.records.tenants import Tenants
from worker.store.base.callback_tables import retired_secrets
from worker.store.base.dialect import conflicts_named, insert_or_replace
from worker.store.base.sealing import Sealer
from worker.store.base.tables import LIVE_ROWS, calls, tenants

_TENANT: Final = select(
    tenants.c.id, tenants.c.name, tenants.c.timezone, tenants.c.caps, tenants.c.destinations, tenants.c.chosen_ids
)
_LIVE: Final = select(func.count()).where(calls.c.tenant_id == tenants.c.id, LIVE_ROWS).correlate(tenants)
_SETTINGS: Final = select(
    tenants.c.id,
    tenants.c.name,
    tenants.c.timezone,
    tenants.c.concurrent_call,
    tenants.c.caps,
    tenants.c.calls_per_day,
    tenants.c.destinations,
    _LIVE.scalar_subquery().label("live"),
)


class SqlTenants(Tenants):
    """Tenants in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection
        self._sealer = Sealer(connection)

    @override
    def named(self, name: str) -> Tenant | None:
        return self._one(tenants.c.name == name)

    @override
    def get(self, tenant_id: TenantId) -> Tenant:
        return _to_tenant(self._connection.execute(_TENANT.where(tenants.c.id == tenant_id)).mappings().one())

    @override
    def settings(self, tenant_id: TenantId) -> TenantSettings:
        return _settings(self._connection.execute(_SETTINGS.where(tenants.c.id == tenant_id)).mappings().one())

    @override
    def all_settings(self) -> list[TenantSettings]:
        rows = self._connection.execute(_SETTINGS.order_by(tenants.c.name)).mappings()
        return [_settings(row) for row in rows]

    @override
    def lock(self, tenant_id: TenantId) -> None:
        self._connection.execute(select(tenants.c.id).where(tenants.c.id == tenant_id).with_for_update(key_share=True))

    @override
    def save(self, settings: TenantSettings) -> None:
        row = update(tenants).where(tenants.c.id == settings.id)
        changed = {name: getattr(settings, name) for name in ("timezone", "concurrent_call", "calls_per_day")}
        given = {"caps": dict(settings.caps), "destinations": [*settings.destinations]}
        self._connection.execute(row.values(**changed, **given))

    @override
    def add(self, tenant: Tenant, *, callback_secret: str, now: DateTime) -> None:
        with conflicts_named(name="tenant is existed", id="tenant is existed"):
            self._connection.execute(
                insert(tenants).values(
                    id=tenant.id,
                    name=tenant.name,
                    timezone=tenant.timezone,
                    callback_secret=self._sealer.seal(callback_secret, place=SecretPlace.SIGNING),
                    created_at=now,
                )
            )

    @override
    def secret(self, tenant_id: TenantId) -> str:
        asked = select(tenants.c.callback_secret).where(tenants.c.id == tenant_id)
        stored = self._connection.execute(asked).scalar_one()
        return self._sealer.unseal(stored, place=SecretPlace.SIGNING)

    @override
    def rotate_secret(self, tenant_id: TenantId, *, secret: str, old_until: DateTime) -> None:
        ours = tenants.c.id == tenant_id
        stored = self._connection.execute(select(tenants.c.callback_secret).where(ours).with_for_update()).scalar_one()
        before = self._sealer.unseal(stored, place=SecretPlace.SIGNING)
        old = self._sealer.seal(before, place=SecretPlace.RETIRED)
        new = self._sealer.seal(secret, place=SecretPlace.SIGNING)
        retiring = insert_or_replace(
            self._connection,
            retired_secrets,
            same=("tenant_id",),
            new=lambda row: {"secret": row["secret"], "valid_until": row["valid_until"]},
        )
        self._connection.execute(retiring, [{"tenant_id": tenant_id, "secret": old, "valid_until": old_until}])
        self._connection.execute(update(tenants).where(ours).values(callback_secret=new))

    def _one(self, condition: ColumnElement[bool]) -> Tenant | None:
        row = self._connection.execute(_TENANT.where(condition)).mappings().one_or_none()
        return None if row is None else _to_tenant(row)


def _to_tenant(row: RowMapping) -> Tenant:
    converted = {"destinations": tuple(row["destinations"]), "chosen_ids": ChosenIds(row["chosen_ids"])}
    return Tenant(**{**row, **converted})


def _settings(row: RowMapping) -> TenantSettings:
    return TenantSettings(**{**row, "destinations": tuple(row["destinations"])})
