"""The members of ``callbeat callbacks``: signatures and help; the parts behind them are imported when one runs."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from worker.cli.commands import AsJson

TenantOf = Annotated[str, typer.Option(help="The tenant whose callbacks they are.")]
CampaignOf = Annotated[str | None, typer.Option(help="Only those of this campaign, by name or id.")]
From = Annotated[
    str,
    typer.Option(
        "--from", help="Only those created on this day or later: YYYY-MM-DD, or with HH:MM:SS.", metavar="DATE"
    ),
]
To = Annotated[str, typer.Option("--to", help="Only those created on this day or earlier.", metavar="DATE")]


def dead_callbacks(
    tenant: TenantOf = "default",
    campaign: CampaignOf = None,
    from_: From = "",
    to: To = "",
    most: Annotated[int, typer.Option(min=1, max=100_000, help="Print at most so many.")] = 1000,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the callbacks that were given up, newest first: where they go, how often they were sent, and why not.

    Dates are days of the tenant's zone.
    """
    from worker.cli.callbacks import show_dead

    show_dead(tenant, campaign, from_, to, most=most, as_json=as_json)


def replay_callbacks(  # noqa: PLR0913 - the options of one command
    ids: Annotated[
        list[str] | None, typer.Argument(help="Ids of callbacks, in any state.", metavar="[ID]...", show_default=False)
    ] = None,
    tenant: TenantOf = "default",
    campaign: CampaignOf = None,
    from_: From = "",
    to: To = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send callbacks again, under their ids: those that are named, or the given-up ones of a campaign or a period.

    Their URLs are enabled again.
    """
    from worker.cli.callbacks import replay

    conditions = bool(campaign or from_ or to)
    if bool(ids) + conditions + every != 1:
        raise typer.BadParameter("expected ids of callbacks, or --campaign, --from or --to, or --all")
    replay(ids or [], tenant, campaign, from_, to, as_json=as_json)


CALLBACKS: Final[Mapping[str, Callable[..., None]]] = {"dead": dead_callbacks, "replay": replay_callbacks}
