"""The members of ``callbeat gateway``: signatures and help; the parts behind them are imported when one runs."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from worker.cli.commands import MOST_CALLS, AsJson

MOST_PER_SECOND: Final = 1000

Name = Annotated[str, typer.Argument(help="The gateway's name on the switches.")]
TenantName = Annotated[str, typer.Option(help="The tenant's name.")]
MostCalls = Annotated[
    int | None,
    typer.Option(min=0, max=MOST_CALLS, help="Most live calls of all carriers on it; 0 dials nobody."),
]
MostPerSecond = Annotated[
    int | None,
    typer.Option(min=0, max=MOST_PER_SECOND, help="Most calls that begin within any second; 0 for no limit."),
]


def list_gateways(*, as_json: AsJson = False) -> None:
    """Print every gateway that was added: limits, live calls, grants."""
    from worker.cli.gateways import show_gateways

    show_gateways(None, as_json=as_json)


def show_gateway(name: Name, *, as_json: AsJson = False) -> None:
    """Print one gateway."""
    from worker.cli.gateways import show_gateways

    show_gateways(name, as_json=as_json)


def add_gateway(
    name: Name,
    *,
    concurrent_call: MostCalls = None,
    calls_per_second: MostPerSecond = None,
    as_json: AsJson = False,
) -> None:
    """Add a gateway: from then on only tenants with a grant dial over it.

    The tenant `default` gets one if it has a carrier on it.
    """
    from worker.cli.gateways import add_gateway as add

    add(name, concurrent_call, calls_per_second or 0, as_json=as_json)


def set_gateway(
    name: Name,
    *,
    concurrent_call: MostCalls = None,
    no_limit: Annotated[bool, typer.Option("--no-limit", help="Remove the limit of live calls.")] = False,
    calls_per_second: MostPerSecond = None,
    as_json: AsJson = False,
) -> None:
    """Change a gateway's limits, from the next dial on."""
    from worker.cli.gateways import change_gateway

    if no_limit and concurrent_call is not None:
        raise typer.BadParameter("--concurrent-call and --no-limit contradict each other")
    if not no_limit and concurrent_call is None and calls_per_second is None:
        raise typer.BadParameter("nothing to change: give --concurrent-call, --no-limit or --calls-per-second")
    change_gateway(name, concurrent_call, calls_per_second, no_limit=no_limit, as_json=as_json)


def grant_gateway(
    name: Name,
    *,
    tenant: TenantName,
    caller_id: Annotated[
        list[str],
        typer.Option(
            metavar="PATTERN", help="A caller id that it may show, or how it begins and *; '*' is any. May be repeated."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Allow a tenant to dial over a gateway with these caller ids, which replace those of before."""
    from worker.cli.gateways import grant_gateway as grant

    grant(name, tenant, caller_id, as_json=as_json)


def revoke_gateway(name: Name, *, tenant: TenantName, as_json: AsJson = False) -> None:
    """Stop a tenant from dialling over a gateway, from the very next call on."""
    from worker.cli.gateways import revoke_gateway as revoke

    revoke(name, tenant, as_json=as_json)


def remove_gateway(name: Name) -> None:
    """Forget a gateway that is granted to nobody, and its limits."""
    from worker.cli.gateways import remove_gateway as remove

    remove(name)


GATEWAY: Final[Mapping[str, Callable[..., None]]] = {
    "list": list_gateways,
    "show": show_gateway,
    "add": add_gateway,
    "set": set_gateway,
    "grant": grant_gateway,
    "revoke": revoke_gateway,
    "remove": remove_gateway,
}
"""The members of ``callbeat gateway``."""
