"""What an operator sets and sees of tenants."""

from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from worker.cli.bootstrap import opened
from worker.clock import SystemClock
from worker.ports.records.entities import TenantSettings
from worker.settings import check_zone
from worker.usecases.records import queries
from worker.usecases.records.save_tenant import TenantChanges, save_tenant
from worker.wiring import settings

MOST_CALLS: Final = 100_000


def _zone(name: str) -> str:
    try:
        return check_zone(name)
    except ValueError as error:
        raise typer.BadParameter("expected an IANA time zone, e.g. Asia/Ho_Chi_Minh") from error


def set_tenant(
    tenant: Annotated[str, typer.Option(help="Whose settings.")],
    concurrent_call: Annotated[
        int | None, typer.Option(min=0, max=MOST_CALLS, help="Calls at once over all its carriers; 0 dials nobody.")
    ] = None,
    no_cap: Annotated[bool, typer.Option("--no-cap", help="Lift the cap.")] = False,  # noqa: FBT002 - a switch
    timezone: Annotated[
        str | None, typer.Option(parser=_zone, help="The zone of its windows, dates and CDRs.", metavar="ZONE")
    ] = None,
) -> None:
    """Change a tenant's cap or time zone; both hold from the next dial on."""
    if no_cap and concurrent_call is not None:
        raise typer.BadParameter("--concurrent-call and --no-cap contradict each other")
    changes = TenantChanges()
    if no_cap or concurrent_call is not None:
        changes["concurrent_call"] = concurrent_call
    if timezone is not None:
        changes["timezone"] = timezone
    if not changes:
        raise typer.BadParameter("nothing to change: give --concurrent-call, --no-cap or --timezone")
    with opened(settings()) as store:
        _print([save_tenant(store, name=tenant, changes=changes, now=SystemClock().now())])


def show_tenants(tenant: Annotated[str | None, typer.Option(help="This one alone.")] = None) -> None:
    """Print tenants, their caps and zones, and how many calls they have now."""
    with opened(settings()) as store:
        _print(queries.list_tenants(store, name=tenant))


def _print(tenants: list[TenantSettings]) -> None:
    table = Table("tenant", "timezone", "concurrent_call", "in use")
    for one in tenants:
        cap = "no cap" if one.concurrent_call is None else str(one.concurrent_call)
        table.add_row(one.name, one.timezone, cap, str(one.live))
    Console(soft_wrap=True).print(table)
