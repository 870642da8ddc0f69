"""How an operator changes and reads tenants."""

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table

from worker.cli.bootstrap import opened
from worker.cli.plain_text import plain
from worker.clock import SystemClock
from worker.domain.caps import Cap, read_caps
from worker.ports.records.entities import TenantSettings
from worker.settings import check_zone
from worker.usecases.records import queries
from worker.usecases.records.save_tenant import TenantChanges, save_tenant
from worker.wiring import settings


def _zone(name: str) -> str:
    try:
        return check_zone(name)
    except ValueError as error:
        raise typer.BadParameter("expected an IANA time zone, e.g. Asia/Ho_Chi_Minh") from error


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


def set_tenant(
    tenant: str, concurrent_call: int | None, *, no_cap: bool, timezone: str | None, caps: Sequence[str]
) -> None:
    """Change a tenant's caps or time zone; they hold from the next dial, or the next request, on."""
    changes = TenantChanges()
    if no_cap or concurrent_call is not None:
        changes["concurrent_call"] = concurrent_call
    if timezone is not None:
        changes["timezone"] = _zone(timezone)
    if caps:
        changes["caps"] = _caps(caps)
    with opened(settings()) as store:
        _print([save_tenant(store, name=tenant, changes=changes, now=SystemClock().now())])


def show_tenants(tenant: str | None) -> None:
    """Print tenants with their caps, time zones and live calls."""
    with opened(settings()) as store:
        _print(queries.list_tenants(store, name=tenant))


def _print(tenants: list[TenantSettings]) -> None:
    table = Table("tenant", "timezone", "concurrent_call", "in use", "caps of its own")
    for one in tenants:
        cap = "no cap" if one.concurrent_call is None else str(one.concurrent_call)
        own = ", ".join(f"{name}={value}" for name, value in sorted(one.caps.items()))
        table.add_row(plain(one.name), one.timezone, cap, str(one.live), own)
    Console(soft_wrap=True, markup=False).print(table)
