"""Add gateways, change their limits, and grant them to tenants; each change holds for the very next dial."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final, TypedDict

from pendulum import DateTime

from worker.domain.errors import Conflict, NotFound, Unavailable
from worker.domain.gateway_access import ANY, UNLIMITED, Access, GatewayGrant
from worker.domain.ids import CarrierId, TenantId
from worker.ports.records.entities import Tenant
from worker.ports.records.gateways import GatewayRecord
from worker.ports.records.store import RecordStore, RecordTransaction

logger = logging.getLogger(__name__)

_ANY_CALLER_ID: Final = (ANY,)


class GatewayChanges(TypedDict, total=False):
    """What to change; a ``concurrent_call`` of None, or 0 calls per second, removes the limit."""

    concurrent_call: int | None
    calls_per_second: int


def list_gateways(store: RecordStore) -> list[GatewayRecord]:
    """Return every gateway that an operator has added."""
    with store.reading() as tx:
        return tx.gateways.all()


def get_gateway(store: RecordStore, name: str) -> GatewayRecord:
    """Return one gateway; raises ``NotFound``."""
    with store.reading() as tx:
        return _known(tx.gateways.named(name), name)


def gateways_for(store: RecordStore, *, tenant: Tenant, names: Collection[str]) -> Mapping[str, Access]:
    """Return those of the gateways that the tenant may use, each with what it may do."""
    with store.reading() as tx:
        found = {name: tx.gateways.access_of(tenant.id, name) for name in names}
    return {name: access for name, access in found.items() if access.is_granted}


def add_gateway(store: RecordStore, name: str, *, changes: GatewayChanges, now: DateTime) -> GatewayRecord:
    """Add a gateway; raises ``Conflict`` when it exists.

    The operator's own tenant may have dialled over it before: then it is granted to that tenant, with any caller id.
    """
    with store.transaction() as tx:
        users = _wake(tx, name, now=now)
        may = {tenant: tx.gateways.access_of(tenant, name) for tenant in sorted(set(users.values()))}
        limits = replace(UNLIMITED, **changes)
        tx.gateways.add(GatewayRecord(name=name, limits=limits, created_at=now, updated_at=now))
        for tenant, access in may.items():
            if access.is_granted:
                tx.gateways.grant(name, tenant, GatewayGrant(caller_ids=_ANY_CALLER_ID, since=now))
        return _changed(tx, name, what="added")


def change_gateway(store: RecordStore, name: str, *, changes: GatewayChanges, now: DateTime) -> GatewayRecord:
    """Change the limits that are named; raises ``NotFound``."""
    with store.transaction() as tx:
        before = _locked(tx, name, now=now)
        limits = replace(before.limits, **changes)
        tx.gateways.save(replace(before, limits=limits, revision=before.revision + 1, updated_at=now))
        return _changed(tx, name, what="changed")


def grant_gateway(
    store: RecordStore, name: str, *, tenant: str, caller_ids: Collection[str], now: DateTime
) -> GatewayRecord:
    """Allow a tenant a gateway with these caller ids, which replace those of before; raises ``NotFound``."""
    grant = GatewayGrant(caller_ids=tuple(dict.fromkeys(caller_ids)), since=now)
    return _write_grant(store, name, tenant=tenant, grant=grant, now=now, what="granted")


def revoke_gateway(store: RecordStore, name: str, *, tenant: str, now: DateTime) -> GatewayRecord:
    """Take a gateway from a tenant; raises ``NotFound``, ``Conflict`` when it is not granted to the tenant."""
    grant = GatewayGrant(caller_ids=(), since=now, is_revoked=True)
    return _write_grant(store, name, tenant=tenant, grant=grant, now=now, what="revoked")


def remove_gateway(store: RecordStore, name: str, *, now: DateTime) -> None:
    """Forget a gateway, its limits and its grants; raises ``NotFound``, ``Conflict`` while it is granted."""
    with store.transaction() as tx:
        known = _locked(tx, name, now=now)
        granted = [tenant for tenant, grant in known.grants.items() if not grant.is_revoked]
        if granted:
            raise Conflict(f"gateway {name} is granted to {', '.join(granted)}: revoke it first")
        tx.gateways.remove(name)
    logger.info(
        "gateway changed by an operator", extra={"action": "gateway_changed", "gateway": name, "what": "removed"}
    )


def _write_grant(
    store: RecordStore, name: str, *, tenant: str, grant: GatewayGrant, now: DateTime, what: str
) -> GatewayRecord:
    with store.transaction() as tx:
        owner = tx.tenants.named(tenant)
        if owner is None:
            raise NotFound(f"there is no tenant {tenant}")
        known = _locked(tx, name, now=now)
        before = known.grants.get(tenant)
        if grant.is_revoked and (before is None or before.is_revoked):
            raise Conflict(f"gateway {name} is not granted to {tenant}")
        tx.gateways.grant(name, owner.id, grant)
        tx.gateways.save(replace(known, revision=known.revision + 1, updated_at=now))
        return _changed(tx, name, what=what)


def _locked(tx: RecordTransaction, name: str, *, now: DateTime) -> GatewayRecord:
    """Lock a gateway after its carriers, so that no dial that was judged by the old rules is under way."""
    before = _wake(tx, name, now=now)
    gateway = _known(tx.gateways.lock(name), name)
    if tx.gateways.carriers_on(name).keys() - before.keys():  # a carrier was moved here after the others were locked
        raise Unavailable("the gateway's carriers have just changed; ask again")
    return gateway


def _wake(tx: RecordTransaction, name: str, *, now: DateTime) -> Mapping[CarrierId, TenantId]:
    """Lock all carriers of a gateway, and plan them at the next tick."""
    users = tx.gateways.carriers_on(name)
    tx.carriers.wake(users, at=now)
    return users


def _changed(tx: RecordTransaction, name: str, *, what: str) -> GatewayRecord:
    extra = {"action": "gateway_changed", "gateway": name, "what": what}
    tx.after_commit(lambda: logger.info("gateway changed by an operator", extra=extra))
    return _known(tx.gateways.named(name), name)


def _known(gateway: GatewayRecord | None, name: str) -> GatewayRecord:
    if gateway is None:
        raise NotFound(f"gateway {name} is not found")
    return gateway
