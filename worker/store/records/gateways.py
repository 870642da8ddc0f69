"""Gateways and grants in SQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select, update
from typing_extensions import override

from worker.domain.call import LIVE, ON_SWITCH
from worker.domain.gateway_access import Access, GatewayGrant, GatewayLimits
from worker.domain.ids import CarrierId, TenantId
from worker.ports.records.gateways import GatewayRecord, Gateways
from worker.store.base.dialect import conflicts_named, insert_or_replace
from worker.store.base.gateway_tables import gateway_grants, gateways
from worker.store.base.tables import LIVE_ROWS, calls, carriers, tenants
from worker.store.dispatch.gateway_access import count_on_gateways, read_access_of_tenant

_ALL: Final = select(gateways).order_by(gateways.c.name)
_GRANTS: Final = select(tenants.c.name.label("tenant"), gateway_grants).join(
    tenants, tenants.c.id == gateway_grants.c.tenant_id
)


class SqlGateways(Gateways):
    """Gateways in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def all(self) -> list[GatewayRecord]:
        return self._read(_ALL)

    @override
    def named(self, name: str) -> GatewayRecord | None:
        return next(iter(self._read(_ALL.where(gateways.c.name == name))), None)

    @override
    def lock(self, name: str) -> GatewayRecord | None:
        locked = select(gateways.c.name).where(gateways.c.name == name).with_for_update(key_share=True)
        return None if self._connection.execute(locked).one_or_none() is None else self.named(name)

    @override
    def carriers_on(self, name: str) -> dict[CarrierId, TenantId]:
        asked = select(carriers.c.id, carriers.c.tenant_id).where(carriers.c.gateway == name)
        asked = asked.where(carriers.c.deleted_at.is_(None))
        return {CarrierId(row.id): TenantId(row.tenant_id) for row in self._connection.execute(asked)}

    @override
    def add(self, gateway: GatewayRecord) -> None:
        with conflicts_named(id=f"gateway {gateway.name} exists", name=f"gateway {gateway.name} exists"):
            self._connection.execute(insert(gateways).values(created_at=gateway.created_at, **_row(gateway)))

    @override
    def save(self, gateway: GatewayRecord) -> None:
        self._connection.execute(update(gateways).where(gateways.c.name == gateway.name).values(_row(gateway)))

    @override
    def grant(self, name: str, tenant_id: TenantId, grant: GatewayGrant) -> None:
        new = {"caller_ids": list(grant.caller_ids), "since": grant.since, "is_revoked": grant.is_revoked}
        writing = insert_or_replace(
            self._connection,
            gateway_grants,
            same=("gateway", "tenant_id"),
            new=lambda row: {column: row[column] for column in new},
        )
        self._connection.execute(writing, [{"gateway": name, "tenant_id": tenant_id, **new}])

    @override
    def remove(self, name: str) -> None:
        self._connection.execute(delete(gateway_grants).where(gateway_grants.c.gateway == name))
        self._connection.execute(delete(gateways).where(gateways.c.name == name))

    @override
    def access_of(self, tenant_id: TenantId, name: str) -> Access:
        return read_access_of_tenant(self._connection, tenant_id, gateway=name)

    @override
    def leave(self, carrier_id: CarrierId, *, gateway: str) -> None:
        up = (calls.c.carrier_id == carrier_id, LIVE_ROWS, calls.c.state.in_(ON_SWITCH), calls.c.gateway.is_(None))
        self._connection.execute(update(calls).where(*up).values(gateway=gateway))

    def _read(self, asked: Select[Any]) -> list[GatewayRecord]:  # Any: a row of the table
        rows = self._connection.execute(asked).mappings().all()
        names = [row["name"] for row in rows]
        live = count_on_gateways(self._connection, names, states=LIVE)
        granted = self._grants(names)
        return [_record(row, grants=granted[row["name"]], live=sum(live[row["name"]].values())) for row in rows]

    def _grants(self, names: Sequence[str]) -> Mapping[str, dict[str, GatewayGrant]]:
        found: defaultdict[str, dict[str, GatewayGrant]] = defaultdict(dict)
        asked = _GRANTS.where(gateway_grants.c.gateway.in_(names)).order_by(tenants.c.name)
        for row in self._connection.execute(asked):
            grant = GatewayGrant(caller_ids=tuple(row.caller_ids), since=row.since, is_revoked=row.is_revoked)
            found[row.gateway][row.tenant] = grant
        return found


def _record(row: RowMapping, *, grants: Mapping[str, GatewayGrant], live: int) -> GatewayRecord:
    return GatewayRecord(
        name=row["name"],
        limits=GatewayLimits(concurrent_call=row["concurrent_call"], calls_per_second=row["calls_per_second"]),
        revision=row["revision"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        grants=grants,
        live=live,
    )


def _row(gateway: GatewayRecord) -> dict[str, object]:
    return {
        "name": gateway.name,
        "concurrent_call": gateway.limits.concurrent_call,
        "calls_per_second": gateway.limits.calls_per_second,
        "revision": gateway.revision,
        "updated_at": gateway.updated_at,
    }
