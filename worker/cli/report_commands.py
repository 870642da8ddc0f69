"""The members of ``callbeat reports``: signatures and help; the parts behind them are imported when one runs."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from worker.cli.commands import AsJson

TenantOf = Annotated[str, typer.Option(help="The tenant whose campaigns they are.")]


def list_reports(tenant: TenantOf = "default", *, as_json: AsJson = False) -> None:
    """Print who gets daily reports, of which campaign, and whether the last one was sent."""
    from worker.cli.reports import show_subscriptions

    show_subscriptions(tenant, as_json=as_json)


def add_report(
    campaign: Annotated[str, typer.Argument(help="The campaign's name or id.", metavar="CAMPAIGN")],
    address: Annotated[str, typer.Argument(help="A mail address, or a URL for a webhook.", metavar="ADDRESS")],
    tenant: TenantOf = "default",
    at: Annotated[str, typer.Option(help="When it is sent, in the tenant's zone.", metavar="HH:MM")] = "07:00",
    form: Annotated[str, typer.Option("--format", help="The file of a mail: html, pdf or xlsx.")] = "pdf",
    language: Annotated[str, typer.Option(help="en or vi.")] = "en",
) -> None:
    """Send a campaign's report of the day before to an address, each day."""
    from worker.cli.reports import add_subscription

    add_subscription(tenant, campaign, address, at=at, form=form, language=language)


def remove_report(
    id_: Annotated[str, typer.Argument(help="The id that `callbeat reports list` shows.", metavar="ID")],
    tenant: TenantOf = "default",
) -> None:
    """End a daily report; one that waits is not sent."""
    from worker.cli.reports import remove_subscription

    remove_subscription(tenant, id_)


REPORTS: Final[Mapping[str, Callable[..., None]]] = {
    "list": list_reports,
    "add": add_report,
    "remove": remove_report,
}
