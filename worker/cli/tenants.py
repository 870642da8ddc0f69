"""How an operator changes and reads tenants."""

import typer
from rich.console import Console
from rich.table import Table

from worker.cli.bootstrap import opened
from worker.cli.plain_text import plain
from worker.clock import SystemClock
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


def set_tenant(tenant: str, concurrent_call: int | None, *, no_cap: bool, timezone: str | None) -> None:
    """Change a tenant's cap or time zone; both hold from the next dial on."""
    changes = TenantChanges()
    if no_cap or concurrent_call is not None:
        changes["concurrent_call"] = concurrent_call
    if timezone is not None:
        changes["timezone"] = _zone(timezone)
    with opened(settings()) as store:
        _print([save_tenant(store, name=tenant, changes=changes, now=SystemClock().now())])


def show_tenants(tenant: str | None) -> None:
    """Print tenants with their caps, time zones and live calls."""
    with opened(settings()) as store:
        _print(queries.list_tenants(store, name=tenant))


def _print(tenants: list[TenantSettings]) -> None:
    table = Table("tenant", "timezone", "concurrent_call", "in use")
    for one in tenants:
        cap = "no cap" if one.concurrent_call is None else str(one.concurrent_call)
        table.add_row(plain(one.name), one.timezone, cap, str(one.live))
    Console(soft_wrap=True, markup=False).print(table)
