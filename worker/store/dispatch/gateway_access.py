"""What carriers may do over their gateways, and how many live calls gateways have."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, and_, bindparam, func, select, union_all

from worker.domain.call import CallState
from worker.domain.gateway_access import Access, GatewayGrant, GatewayLimits, access_of
from worker.domain.ids import CarrierId, TenantId
from worker.domain.network import Network
from worker.store.base.dialect import among
from worker.store.base.gateway_tables import gateway_grants, gateways
from worker.store.base.tables import LIVE_ROWS, calls, carriers, tenants

_COLUMNS: Final = (
    tenants.c.name.label("tenant"),
    gateways.c.name.label("known"),
    gateways.c.concurrent_call,
    gateways.c.calls_per_second,
    gateway_grants.c.caller_ids,
    gateway_grants.c.since,
    gateway_grants.c.is_revoked,
)


def _of(gateway: Any, *, tenant_id: Any, rows: Any) -> Any:  # Any: columns, and a join
    """Join a gateway and its grant to rows that name both."""
    same = and_(gateway_grants.c.gateway == gateway, gateway_grants.c.tenant_id == tenant_id)
    return rows.outerjoin(gateways, gateways.c.name == gateway).outerjoin(gateway_grants, same)


_OF_CARRIERS: Final = (
    select(carriers.c.id, carriers.c.gateway, *_COLUMNS)
    .select_from(
        _of(
            carriers.c.gateway,
            tenant_id=carriers.c.tenant_id,
            rows=carriers.join(tenants, tenants.c.id == carriers.c.tenant_id),
        )
    )
    .where(among(carriers.c.id, "carriers"))
)
_LOCKED: Final = (
    select(gateways.c.name, gateways.c.concurrent_call)
    .where(among(gateways.c.name, "gateways"))
    .order_by(gateways.c.name)
    .with_for_update(key_share=True)
)
_ASKED_TENANT: Final = bindparam("tenant", type_=tenants.c.id.type)
_ASKED_GATEWAY: Final = bindparam("gateway", type_=gateways.c.name.type)
_OF_TENANT: Final = (
    select(*_COLUMNS)
    .select_from(_of(_ASKED_GATEWAY, tenant_id=tenants.c.id, rows=tenants))
    .where(tenants.c.id == _ASKED_TENANT)
)
_COUNTED: Final = (calls.c.network, func.count().label("taken"))
_LIVE: Final = union_all(
    select(carriers.c.gateway.label("gateway"), *_COUNTED)
    .join(carriers, carriers.c.id == calls.c.carrier_id)
    .where(among(carriers.c.gateway, "gateways"), calls.c.gateway.is_(None), LIVE_ROWS, among(calls.c.state, "states"))
    .group_by(carriers.c.gateway, calls.c.network),
    select(calls.c.gateway.label("gateway"), *_COUNTED)
    .where(among(calls.c.gateway, "gateways"), LIVE_ROWS, among(calls.c.state, "states"))
    .group_by(calls.c.gateway, calls.c.network),
)
"""Calls go over their carrier's gateway; those that were up when the carrier was moved, over the one before."""


def read_access(connection: Connection, carrier_ids: Collection[CarrierId], *, lock: bool) -> dict[CarrierId, Access]:
    """Return what each carrier's tenant may do over its gateway; with ``lock``, lock the gateways that have limits.

    The caller has locked the carriers. A change of a gateway or a grant locks them too, so this holds until the end
    of the transaction.
    """
    rows = connection.execute(_OF_CARRIERS, {"carriers": list(carrier_ids)}).mappings().all()
    limited = {row["gateway"] for row in rows if row["concurrent_call"] is not None}
    if lock and limited:
        connection.execute(_LOCKED, {"gateways": sorted(limited)}).all()
    return {CarrierId(row["id"]): _access(row) for row in rows}


def read_access_of_tenant(connection: Connection, tenant_id: TenantId, *, gateway: str) -> Access:
    """Return what a tenant may do over a gateway that it names."""
    asked = {"tenant": tenant_id, "gateway": gateway}
    return _access(connection.execute(_OF_TENANT, asked).mappings().one())


def count_on_gateways(
    connection: Connection, names: Collection[str], *, states: Collection[CallState]
) -> dict[str, dict[Network, int]]:
    """Count the calls of all carriers on each of these gateways, by network."""
    counted: dict[str, dict[Network, int]] = {name: {} for name in names}
    for row in connection.execute(_LIVE, {"gateways": list(names), "states": list(states)}) if names else ():
        of_gateway = counted[row.gateway]
        of_gateway[row.network] = of_gateway.get(row.network, 0) + row.taken
    return counted


def _access(row: RowMapping) -> Access:
    gateway, grant = None, None
    if row["known"] is not None:
        gateway = GatewayLimits(concurrent_call=row["concurrent_call"], calls_per_second=row["calls_per_second"])
    if row["since"] is not None:
        grant = GatewayGrant(caller_ids=tuple(row["caller_ids"]), since=row["since"], is_revoked=row["is_revoked"])
    return access_of(tenant=row["tenant"], gateway=gateway, grant=grant)
