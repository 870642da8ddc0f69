"""The members of ``callbeat tenant``: signatures and help; the parts behind them are imported when one runs."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from worker.cli.commands import MOST_CALLS, AsJson


def set_tenant(  # noqa: PLR0913 - the options of one command
    tenant: Annotated[str, typer.Option(help="The tenant to change.")],
    *,
    concurrent_call: Annotated[
        int | None, typer.Option(min=0, max=MOST_CALLS, help="Most live calls over all its carriers; 0 dials nobody.")
    ] = None,
    no_cap: Annotated[bool, typer.Option("--no-cap", help="Remove the cap.")] = False,
    timezone: Annotated[
        str | None, typer.Option(help="Time zone of its windows, dates and CDRs.", metavar="ZONE")
    ] = None,
    cap: Annotated[
        list[str] | None,
        typer.Option(help="How much it may store, e.g. subscriptions=100; =default for the default.", metavar="NAME=N"),
    ] = None,
    calls_per_day: Annotated[
        str | None, typer.Option(help="Most calls dialled on one day of its time zone; any for no limit.", metavar="N")
    ] = None,
    destinations: Annotated[
        str | None,
        typer.Option(help="Prefixes or networks it may call, or with ! may not, e.g. 09,tel,!0900.", metavar="RULES"),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            help="Days that leads, cdrs, callbacks or audit are kept, e.g. leads=90; =any for no end.",
            metavar="NAME=DAYS",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change a tenant's limits, destinations, time zone or retention, from the next dial or request on."""
    from worker.cli.tenants import changes_of, retention_of
    from worker.cli.tenants import set_tenant as change

    if no_cap and concurrent_call is not None:
        raise typer.BadParameter("--concurrent-call and --no-cap contradict each other")
    changes = changes_of(timezone=timezone, caps=cap or (), calls_per_day=calls_per_day, destinations=destinations)
    if no_cap or concurrent_call is not None:
        changes["concurrent_call"] = concurrent_call
    if keep:
        changes["retention"] = retention_of(keep)
    if not changes:
        raise typer.BadParameter("nothing to change: see callbeat tenant set --help")
    change(tenant, changes, as_json=as_json)


def show_tenants(
    tenant: Annotated[str | None, typer.Option(help="Only this tenant.")] = None, *, as_json: AsJson = False
) -> None:
    """Print tenants with their limits, destinations, time zones and live calls."""
    from worker.cli.tenants import show_tenants as show

    show(tenant, as_json=as_json)


def list_tenants(*, as_json: AsJson = False) -> None:
    """Print all tenants, as `show` does."""
    from worker.cli.tenants import show_tenants as show

    show(None, as_json=as_json)


def create_tenant(
    name: Annotated[str, typer.Argument(help="The new tenant's name.")],
    *,
    timezone: Annotated[
        str | None,
        typer.Option(
            help="Time zone of its windows, dates and CDRs; without it that of CALLBEAT_TIMEZONE.", metavar="ZONE"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a tenant; `callbeat token create` makes its first key."""
    from worker.cli.tenants import create_tenant as create

    create(name, timezone, as_json=as_json)


TENANT: Final[Mapping[str, Callable[..., None]]] = {
    "create": create_tenant,
    "list": list_tenants,
    "show": show_tenants,
    "set": set_tenant,
}
"""The members of ``callbeat tenant``."""
