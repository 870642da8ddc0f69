"""Change a tenant's own settings: its limits, where it may call, and its time zone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict

from pendulum import DateTime

from worker.domain.campaign_settings import to_windows
from worker.domain.errors import NotFound
from worker.domain.retention import Kept
from worker.ports.records.entities import TenantSettings
from worker.ports.records.store import RecordStore, RecordTransaction


class TenantChanges(TypedDict, total=False):
    """What to change; a ``concurrent_call`` or ``calls_per_day`` of None removes the limit."""

    timezone: str
    concurrent_call: int | None
    calls_per_day: int | None
    destinations: Sequence[str]
    caps: Mapping[str, int | None]
    """By name; None gives a cap its default again. Caps that are not named stay as they are."""
    retention: Mapping[Kept, int | None]
    """Days that records are kept; None keeps them. What is not named stays as it is."""


def save_tenant(store: RecordStore, *, name: str, changes: TenantChanges, now: DateTime) -> TenantSettings:
    """Change what is named and nothing else; all the tenant's carriers are planned at the next tick.

    Their locks are held until the commit, so that no dial that was judged by the old settings is under way.
    """
    with store.transaction() as tx:
        tenant = tx.tenants.named(name)
        if tenant is None:
            raise NotFound(f"there is no tenant {name}")
        tx.tenants.lock(tenant.id)
        tx.carriers.wake(tx.carriers.all_of(tenant.id), at=now)
        before = tx.tenants.settings(tenant.id)
        after = _changed(before, changes)
        tx.tenants.save(after)
        if "retention" in changes:
            tx.retentions.put(tenant.id, changes["retention"], now=now)
        if after.timezone != before.timezone:
            _move_openings(tx, after, now=now)
        return after


def _changed(before: TenantSettings, changes: TenantChanges) -> TenantSettings:
    caps = {**before.caps, **changes.get("caps", {})}
    return replace(
        before,
        timezone=changes.get("timezone", before.timezone),
        concurrent_call=changes.get("concurrent_call", before.concurrent_call),
        calls_per_day=changes.get("calls_per_day", before.calls_per_day),
        destinations=changes.get("destinations", before.destinations),
        caps={name: value for name, value in caps.items() if value is not None},
    )


def _move_openings(tx: RecordTransaction, tenant: TenantSettings, *, now: DateTime) -> None:
    """Move pauses to the openings of the new zone; a pause whose opening has passed ends."""
    for settings in tx.campaigns.lock_paused(tenant.id, now=now):
        opening = to_windows(settings, zone=tenant.timezone).next_opening(now)
        tx.campaigns.save(replace(settings, resume_at=opening))
