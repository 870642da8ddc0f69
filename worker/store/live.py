"""Slots that are taken: live call rows, counted by whose they are through the partial index of that owner."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, bindparam, func, literal, select, union_all

from worker.domain.call import LIVE, CallState
from worker.domain.carrier import Carrier
from worker.domain.ids import CampaignId
from worker.domain.network import Network
from worker.domain.quota import LiveCalls
from worker.store.tables import LIVE_ROWS, calls


def read_live(
    connection: Connection, carrier: Carrier, *, campaign_ids: Sequence[CampaignId], capped: bool
) -> tuple[LiveCalls, int]:
    """Count the slots that are taken, and how many of the carrier's hold calls that have yet to be dialled.

    One statement, for one moment: calls end without the carrier's lock, and one that ended between two counts would
    be a free channel of the carrier that its campaign still seems to hold.
    """
    owners = {
        "campaigns": list(campaign_ids),
        "carriers": [carrier.id],
        "tenants": [carrier.tenant_id] if capped else [],
    }
    campaigns: defaultdict[CampaignId, dict[Network, int]] = defaultdict(dict)
    carried: dict[Network, int] = {}
    queued = of_tenant = 0
    for row in connection.execute(LIVE_AT_ONCE, {**owners, "states": LIVE}):
        match row.kind:
            case "campaigns":
                campaigns[CampaignId(row.owner)][row.network] = row.taken
            case "carriers":
                carried[row.network] = row.taken
                queued += row.queued
            case _:
                of_tenant += row.taken
    return LiveCalls(tenant=of_tenant, carrier=carried, campaigns=campaigns), queued


def _live_by(owner: ColumnElement[Any], *, kind: str, given: str) -> Select[Any]:  # Any: an id of one kind
    """Count calls in live states by owner and network; gives kind, owner, network, taken, queued."""
    return (
        select(
            literal(kind).label("kind"),
            owner.label("owner"),
            calls.c.network,
            func.count().label("taken"),
            func.count().filter(calls.c.state == CallState.QUEUED).label("queued"),
        )
        .where(
            owner.in_(bindparam(given, expanding=True)),
            LIVE_ROWS,
            calls.c.state.in_(bindparam("states", expanding=True)),
        )
        .group_by(owner, calls.c.network)
    )


_OWNERS: Final = {"campaigns": calls.c.campaign_id, "carriers": calls.c.carrier_id, "tenants": calls.c.tenant_id}

LIVE_BY_CAMPAIGN, LIVE_BY_CARRIER, LIVE_BY_TENANT = (
    _live_by(owner, kind=kind, given="owners") for kind, owner in _OWNERS.items()
)
LIVE_AT_ONCE: Final[CompoundSelect[Any]] = union_all(
    *(_live_by(owner, kind=kind, given=kind) for kind, owner in _OWNERS.items())
)
