"""Delete a carrier that nothing uses; its CDRs stay."""

from typing import Final

from pendulum import DateTime

from worker.domain.errors import Conflict, NotFound
from worker.domain.ids import CarrierId
from worker.domain.stale_copy import NO_COPY, ReadCopy, check_copy
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore

MOST_NAMED: Final = 5
"""Campaigns that a refusal names."""


def delete_carrier(
    store: RecordStore, *, tenant: Tenant, carrier_id: CarrierId, now: DateTime, copy: ReadCopy = NO_COPY
) -> None:
    """Delete a carrier; raises ``NotFound``, and ``Conflict`` that names the campaigns or calls that use it."""
    with store.transaction() as tx:
        tx.tenants.lock(tenant.id)  # so that no edit gives the carrier to a campaign meanwhile
        try:
            found = tx.carriers.get(tenant.id, carrier_id)
        except NotFound as error:
            raise NotFound("carrier_name is not exists") from error
        check_copy(found.updated_at, copy, what="carrier")
        tx.carriers.wake([carrier_id], at=now)
        using = [campaign.campaign_name for campaign in tx.campaigns.using(tenant.id, carrier_id=carrier_id)]
        if using:
            more = f" and {len(using) - MOST_NAMED} more" if len(using) > MOST_NAMED else ""
            raise Conflict(f"carrier is used by campaign {', '.join(using[:MOST_NAMED])}{more}")
        live = sum(tx.carriers.get(tenant.id, carrier_id).live.values())
        if live:
            raise Conflict(f"carrier has {live} live calls")
        tx.carriers.delete(carrier_id, now=now)
