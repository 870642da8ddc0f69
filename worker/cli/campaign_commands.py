"""The members of ``callbeat campaign``: signatures and help; the parts behind them are imported when one runs."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Final

import typer

from worker.cli.commands import AsJson

SHORTEST_PAUSE: Final = 0.2
"""Seconds between two looks at a campaign: each asks the database a dozen questions."""


class StatusName(StrEnum):
    """The statuses of a campaign. Theirs is ``worker.domain.campaign.Status``, which takes too long to import here."""

    START = "start"
    PAUSE = "pause"
    STOP = "stop"


Named = Annotated[str, typer.Argument(help="The campaign's name or id.", metavar="CAMPAIGN")]
TenantOf = Annotated[str, typer.Option(help="The tenant whose campaign it is.")]


def list_campaigns(
    tenant: TenantOf = "default",
    status: Annotated[StatusName | None, typer.Option(help="Only campaigns in this status.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print a tenant's campaigns, newest first."""
    from worker.cli.campaigns import show_campaigns

    show_campaigns(tenant, status, as_json=as_json)


def show_campaign(campaign: Named, tenant: TenantOf = "default", *, as_json: AsJson = False) -> None:
    """Print a campaign's settings, and how far it is."""
    from worker.cli.campaigns import show_campaign as show

    show(campaign, tenant, as_json=as_json)


def start_campaign(campaign: Named, tenant: TenantOf = "default", *, as_json: AsJson = False) -> None:
    """Dial inside the windows; a start after a stop is a new run."""
    from worker.cli.campaigns import steer_campaign

    steer_campaign(campaign, tenant, "start", as_json=as_json)


def pause_campaign(campaign: Named, tenant: TenantOf = "default", *, as_json: AsJson = False) -> None:
    """Dial nobody until the next window opens, or the campaign is started; calls that are up go on."""
    from worker.cli.campaigns import steer_campaign

    steer_campaign(campaign, tenant, "pause", as_json=as_json)


def stop_campaign(campaign: Named, tenant: TenantOf = "default", *, as_json: AsJson = False) -> None:
    """Dial nobody until the campaign is started again; calls that are up go on."""
    from worker.cli.campaigns import steer_campaign

    steer_campaign(campaign, tenant, "stop", as_json=as_json)


def why_campaign(campaign: Named, tenant: TenantOf = "default", *, as_json: AsJson = False) -> None:
    """Explain whether a campaign is dialled now, and what keeps it from being dialled, or dialled more."""
    from worker.cli.campaigns import explain

    explain(campaign, tenant, as_json=as_json)


def watch_campaign(
    campaign: Named,
    tenant: TenantOf = "default",
    every: Annotated[float, typer.Option(min=SHORTEST_PAUSE, help="Seconds between two looks.")] = 2.0,
    *,
    until_finished: Annotated[
        bool, typer.Option("--until-finished", help="End when nobody is left to be called and no call is up.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a campaign while it is dialled: live on a terminal, a line each time elsewhere; Ctrl-C ends it.

    With --json each line is an object.
    """
    from worker.cli.campaign_watch import watch

    watch(campaign, tenant, every=every, until_finished=until_finished, as_json=as_json)


CAMPAIGN: Final[Mapping[str, Callable[..., None]]] = {
    "list": list_campaigns,
    "show": show_campaign,
    "start": start_campaign,
    "pause": pause_campaign,
    "stop": stop_campaign,
    "why": why_campaign,
    "watch": watch_campaign,
}
"""The members of ``callbeat campaign``."""
