"""The members of ``callbeat list``: signatures and help; the parts behind them are imported when one runs."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from worker.cli.commands import AsJson

TenantOf = Annotated[str, typer.Option(help="The tenant whose lists they are.")]


def list_lists(
    tenant: TenantOf = "default",
    campaign: Annotated[str | None, typer.Option(help="Only lists of this campaign: its name or id.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print a tenant's lists with how many leads each has, newest first."""
    from worker.cli.lists import show_lists

    show_lists(tenant, campaign, as_json=as_json)


def create_list(
    name: Annotated[str, typer.Argument(help="The new list's name.")],
    campaign: Annotated[str, typer.Option(help="The campaign that it belongs to: its name or id.")],
    tenant: TenantOf = "default",
    *,
    as_json: AsJson = False,
) -> None:
    """Create a list in a campaign; `callbeat leads import` fills it."""
    from worker.cli.lists import create_list as create

    create(name, campaign, tenant, as_json=as_json)


LIST: Final[Mapping[str, Callable[..., None]]] = {"list": list_lists, "create": create_list}
