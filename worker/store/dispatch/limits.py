"""A tenant's limits over all its carriers, read under its lock: calls at once, calls a day, destinations."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from pendulum import DateTime
from sqlalchemy import Connection, RowMapping, select

from worker.domain.agents_rule import AgentsRule
from worker.domain.campaign import Campaign
from worker.domain.errors import Unavailable
from worker.domain.ids import CampaignId, TenantId
from worker.domain.spend_guard import NO_GUARD, SpendGuard
from worker.store.base.tables import tenants
from worker.store.dispatch.spend import SqlSpend


class _HasLimits(Protocol):
    """A row that has these columns among others."""

    @property
    def concurrent_call(self) -> int | None: ...
    @property
    def calls_per_day(self) -> int | None: ...


class TenantLimits(NamedTuple):
    """Limits whose use only the tenant's lock keeps still."""

    concurrent_call: int | None
    calls_per_day: int | None

    @property
    def is_limited(self) -> bool:
        """Return True when plans and dials need the tenant's lock."""
        return self.concurrent_call is not None or self.calls_per_day is not None


def limits_of(row: _HasLimits) -> TenantLimits:
    """Return the limits in a row of tenants."""
    return TenantLimits(row.concurrent_call, row.calls_per_day)


def lock_limited(connection: Connection, found: Mapping[TenantId, TenantLimits]) -> Mapping[TenantId, TenantLimits]:
    """Lock the tenants that have a limit, and read it again; others need no lock for their calls."""
    limited = sorted(tenant_id for tenant_id, limits in found.items() if limits.is_limited)
    if not limited:
        return found
    asked = select(tenants.c.id, tenants.c.concurrent_call, tenants.c.calls_per_day)
    rows = connection.execute(
        asked.where(tenants.c.id.in_(limited)).order_by(tenants.c.id).with_for_update(key_share=True)
    )
    return {**found, **{TenantId(row.id): limits_of(row) for row in rows}}


def check_limits(rows: Sequence[RowMapping], *, limits: Mapping[TenantId, TenantLimits]) -> None:
    """Raise ``Unavailable`` when a tenant got a limit while a transaction waited for its carrier: its lock is missing.

    Setting a limit also wakes the tenant's carriers, so they are planned again; the sweep sends queued calls again.
    """
    now_limited = {
        TenantId(row["tenant_id"]) for row in rows if TenantLimits(row["tenant_cap"], row["calls_per_day"]).is_limited
    }
    if any(not limits[tenant_id].is_limited for tenant_id in now_limited):
        raise Unavailable("the tenant has just been given a limit")


def guards_of(rows: Sequence[RowMapping]) -> dict[TenantId, SpendGuard]:
    """Return the guards of the campaigns' tenants."""
    return {
        TenantId(row["tenant_id"]): SpendGuard(
            zone=row["timezone"], calls_per_day=row["calls_per_day"], destinations=row["destinations"]
        )
        for row in rows
    }


def with_agents(
    campaigns: Iterable[Campaign], *, guards: Mapping[TenantId, SpendGuard], now: DateTime
) -> dict[CampaignId, tuple[AgentsRule, date]]:
    """Return the campaigns that have agents, with what their settings say and their tenant's day."""
    return {
        one.id: (one.agents, guards.get(one.tenant_id, NO_GUARD).day(now))
        for one in campaigns
        if one.agents is not None
    }


def read_dialled(
    connection: Connection, guards: Mapping[TenantId, SpendGuard], *, now: DateTime
) -> dict[TenantId, int]:
    """Return the calls of this day of the tenants whose calls of a day are limited."""
    days = {one: guard.day(now) for one, guard in guards.items() if guard.calls_per_day is not None}
    return SqlSpend(connection).dialled(days)
