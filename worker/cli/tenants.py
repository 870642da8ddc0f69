"""How an operator changes and reads tenants."""

from collections.abc import Sequence
from typing import Final

import typer
from uuid_utils.compat import uuid7

from worker.cli.bootstrap import CHANCE, opened
from worker.cli.columns import print_json, print_rows
from worker.clock import SystemClock
from worker.domain.caps import LARGEST_CAP, Cap, read_caps
from worker.domain.destinations import read_rules
from worker.domain.json_value import Json
from worker.domain.retention import LEAST_DAYS, MOST_DAYS, Kept
from worker.ports.records.entities import TenantSettings
from worker.settings import check_zone
from worker.store.transaction import SqlStore
from worker.usecases.records import queries
from worker.usecases.records.drop_old_records import kept_for
from worker.usecases.records.save_tenant import TenantChanges, save_tenant
from worker.usecases.records.tenants import create_tenant as make_tenant
from worker.wiring import settings

NO_LIMIT: Final = "any"


def _zone(name: str) -> str:
    try:
        return check_zone(name)
    except ValueError as error:
        raise typer.BadParameter("expected an IANA time zone, e.g. Asia/Ho_Chi_Minh") from error


def _calls(text: str) -> int | None:
    if text == NO_LIMIT:
        return None
    if not text.isdecimal() or int(text) > LARGEST_CAP:
        raise typer.BadParameter(f"expected a number of calls, or {NO_LIMIT} for no limit")
    return int(text)


def _rules(text: str) -> tuple[str, ...]:
    try:
        return read_rules(text)
    except ValueError as error:
        expected = f"expected prefixes of national numbers or networks, such as 09,tel,!0900, or {NO_LIMIT} for all"
        raise typer.BadParameter(expected) from error


def _caps(given: Sequence[str]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for one in given:
        name, _, value = one.partition("=")
        try:
            found |= {Cap(name).value: None} if value == "default" else {k.value: v for k, v in read_caps(one).items()}
        except ValueError as error:
            names = ", ".join(cap.value for cap in Cap)
            raise typer.BadParameter(f"expected NAME=NUMBER or NAME=default, with a NAME of {names}") from error
    return found


def retention_of(given: Sequence[str]) -> dict[Kept, int | None]:
    """Return what ``NAME=DAYS`` texts mean; raises ``BadParameter`` for one that is wrong."""
    found: dict[Kept, int | None] = {}
    for one in given:
        name, _, days = one.partition("=")
        if name not in set(Kept):
            raise typer.BadParameter(f"expected NAME=DAYS with a NAME of {', '.join(Kept)}")
        found[Kept(name)] = None if days == NO_LIMIT else _days(days)
    return found


def _days(text: str) -> int:
    if not text.isdecimal() or not LEAST_DAYS <= int(text) <= MOST_DAYS:
        raise typer.BadParameter(f"expected days from {LEAST_DAYS} to {MOST_DAYS}, or {NO_LIMIT} to keep for ever")
    return int(text)


def changes_of(
    *, timezone: str | None, caps: Sequence[str], calls_per_day: str | None, destinations: str | None
) -> TenantChanges:
    """Return what these texts change; raises ``BadParameter`` for one that is wrong."""
    changes = TenantChanges()
    if timezone is not None:
        changes["timezone"] = _zone(timezone)
    if caps:
        changes["caps"] = _caps(caps)
    if calls_per_day is not None:
        changes["calls_per_day"] = _calls(calls_per_day)
    if destinations is not None:
        changes["destinations"] = _rules(destinations)
    return changes


def create_tenant(name: str, timezone: str | None, *, as_json: bool) -> None:
    """Create a tenant, and print it."""
    chosen = settings()
    zone = chosen.timezone if timezone is None else _zone(timezone)
    with opened(chosen) as store:
        made = make_tenant(store, name=name, timezone=zone, now=SystemClock().now(), new_id=uuid7, chance=CHANCE)
        _print(store, queries.list_tenants(store, name=made.name), as_json=as_json)


def set_tenant(tenant: str, changes: TenantChanges, *, as_json: bool) -> None:
    """Change a tenant's limits, destinations or time zone; they hold from the next dial, or the next request, on."""
    with opened(settings()) as store:
        _print(store, [save_tenant(store, name=tenant, changes=changes, now=SystemClock().now())], as_json=as_json)


def show_tenants(tenant: str | None, *, as_json: bool) -> None:
    """Print tenants with their limits, destinations, time zones and live calls."""
    with opened(settings()) as store:
        _print(store, queries.list_tenants(store, name=tenant), as_json=as_json)


def _print(store: SqlStore, tenants: list[TenantSettings], *, as_json: bool) -> None:
    if as_json:
        print_json([_facts(store, one) for one in tenants])
        return
    limits = ("concurrent_call", "in use", "calls_per_day", "destinations", "caps of its own")
    rows = []
    for one in tenants:
        cap = "no cap" if one.concurrent_call is None else str(one.concurrent_call)
        own = ", ".join(f"{name}={value}" for name, value in sorted(one.caps.items()))
        a_day = "no limit" if one.calls_per_day is None else str(one.calls_per_day)
        to = ",".join(one.destinations) or NO_LIMIT
        rows.append((one.name, one.timezone, cap, str(one.live), a_day, to, own, _kept(store, one)))
    print_rows(("tenant", "timezone", *limits, "days kept"), rows)


def _facts(store: SqlStore, tenant: TenantSettings) -> dict[str, Json]:
    """Return a tenant under the names that the API has for its settings; ``caps`` are those of its own."""
    return {
        "domain_uuid": str(tenant.id),
        "name": tenant.name,
        "timezone": tenant.timezone,
        "concurrent_call": tenant.concurrent_call,
        "in_use": tenant.live,
        "calls_per_day": tenant.calls_per_day,
        "destinations": [*tenant.destinations],
        "caps": dict(tenant.caps),
        "retention": {kind.value: days for kind, days in kept_for(store, tenant_id=tenant.id).items()},
    }


def _kept(store: SqlStore, tenant: TenantSettings) -> str:
    return ", ".join(f"{kind}={days}" for kind, days in sorted(kept_for(store, tenant_id=tenant.id).items()))
