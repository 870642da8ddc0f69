"""Slots in use: live call rows, counted by owner through each owner's partial index."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, func, literal, select, union_all

from worker.domain.call import LIVE, ON_SWITCH, CallState
from worker.domain.carrier import Carrier
from worker.domain.ids import CampaignId, CarrierId, TenantId
from worker.domain.network import Network
from worker.domain.quota import LiveCalls
from worker.ports.dispatch.counts import UpByOwner
from worker.store.base.dialect import among
from worker.store.base.tables import LIVE_ROWS, calls
from worker.store.dispatch.gateway_access import count_on_gateways


class Queued(NamedTuple):
    """Calls that have not been dialled yet; those of the tenant are counted only if it is limited."""

    of_carrier: int
    of_tenant: int


def read_live(
    connection: Connection, carrier: Carrier, *, campaign_ids: Sequence[CampaignId], capped: bool
) -> tuple[LiveCalls, Queued]:
    """Count the slots in use, and the calls that have not been dialled yet.

    One statement gives one snapshot. Calls end without the carrier's lock; one that ended between two counts would be a
    free channel of the carrier that its campaign still seems to hold. The gateway's calls may be counted later: nobody
    else adds one, since the gateway is locked.
    """
    taken, queued = _count(
        connection,
        campaigns=campaign_ids,
        carriers=[carrier.id],
        tenants=[carrier.tenant_id] if capped else [],
        states=LIVE,
    )
    of_tenant = sum(sum(by_network.values()) for by_network in taken.tenants.values())
    live = LiveCalls(tenant=of_tenant, carrier=taken.carriers.get(carrier.id, {}), campaigns=taken.campaigns)
    if carrier.access.limits.concurrent_call is None:
        return live, queued
    on_gateway = count_on_gateways(connection, [carrier.gateway], states=LIVE)[carrier.gateway]
    return replace(live, gateway=sum(on_gateway.values())), queued


def read_up(
    connection: Connection,
    *,
    campaigns: Collection[CampaignId],
    carriers: Collection[CarrierId],
    tenants: Collection[TenantId],
) -> UpByOwner:
    """Count the calls that are on a switch or on their way to it, also in one statement."""
    up, _ = _count(connection, campaigns=campaigns, carriers=carriers, tenants=tenants, states=ON_SWITCH)
    return up


def _count(
    connection: Connection,
    *,
    campaigns: Collection[CampaignId],
    carriers: Collection[CarrierId],
    tenants: Collection[TenantId],
    states: Collection[CallState],
) -> tuple[UpByOwner, Queued]:
    """Count calls in these states by owner and network, and those of carriers and tenants that are queued."""
    asked = {"campaigns": list(campaigns), "carriers": list(carriers), "tenants": list(tenants)}
    counted: dict[str, defaultdict[Any, dict[Network, int]]] = {kind: defaultdict(dict) for kind in asked}
    queued: Counter[str] = Counter()
    for row in connection.execute(LIVE_AT_ONCE, {**asked, "states": list(states)}):
        counted[row.kind][row.owner][row.network] = row.taken
        queued[row.kind] += row.queued
    return UpByOwner(**counted), Queued(queued["carriers"], queued["tenants"])


def _live_by(owner: ColumnElement[Any], *, kind: str) -> Select[Any]:  # Any: an id of one kind
    """Count calls in live states by owner and network; columns kind, owner, network, taken, queued."""
    return (
        select(
            literal(kind).label("kind"),
            owner.label("owner"),
            calls.c.network,
            func.count().label("taken"),
            func.count().filter(calls.c.state == CallState.QUEUED).label("queued"),
        )
        .where(
            among(owner, kind),
            LIVE_ROWS,
            among(calls.c.state, "states"),
        )
        .group_by(owner, calls.c.network)
    )


_OWNERS: Final = {"campaigns": calls.c.campaign_id, "carriers": calls.c.carrier_id, "tenants": calls.c.tenant_id}

LIVE_AT_ONCE: Final[CompoundSelect[Any]] = union_all(*(_live_by(owner, kind=kind) for kind, owner in _OWNERS.items()))
