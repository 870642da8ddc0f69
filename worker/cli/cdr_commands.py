"""The members of ``callbeat cdr``: signatures and help; the parts behind them are imported when one runs."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from worker.cli.commands import AsJson


class Format(StrEnum):
    """What a file of CDRs is."""

    CSV = "csv"
    XLSX = "xlsx"


class HeadingsName(StrEnum):
    """What the first row says. Theirs is ``worker.domain.export.table.Headings``, which takes too long to import."""

    KEYS = "keys"
    ENGLISH = "en"
    VIETNAMESE = "vi"


def export_cdrs(  # noqa: PLR0913, PLR0917 - the options of one command
    file: Annotated[
        Path,
        typer.Argument(help="Where to: FILE.csv, FILE.xlsx, FILE.csv.gz; - or nothing for stdout.", metavar="[FILE]"),
    ] = Path("-"),
    tenant: Annotated[str, typer.Option(help="The tenant whose CDRs they are.")] = "default",
    from_: Annotated[
        str, typer.Option("--from", help="Calls that began then or later: YYYY-MM-DD[ HH:MM:SS].", metavar="DATE")
    ] = "",
    to: Annotated[str, typer.Option("--to", help="Calls that began on that day, or earlier.", metavar="DATE")] = "",
    campaign: Annotated[str | None, typer.Option(help="Only those of this campaign, by name or id.")] = None,
    list_: Annotated[str | None, typer.Option("--list", help="Only those of this list, by name or id.")] = None,
    status: Annotated[str | None, typer.Option(help="Only those with this result, e.g. answered.")] = None,
    phone: Annotated[str | None, typer.Option(help="Only those to, or shown as, this number.")] = None,
    hotline: Annotated[str | None, typer.Option(help="Only those with this caller id.")] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="Without it, by the file's name; else CSV.")
    ] = None,
    headings: Annotated[HeadingsName, typer.Option(help="The first row.")] = HeadingsName.ENGLISH,
    separator: Annotated[str, typer.Option(help="Of CSV: a comma, a semicolon or `tab`.")] = ",",
    *,
    mark: Annotated[bool, typer.Option("--bom", help="Begin CSV with a byte order mark, for Excel.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write CDRs to a file, newest first, in constant memory; dates are days of the tenant's zone."""
    from worker.cli.cdr_export import Look, Wanted, export

    wanted = Wanted(tenant, from_, to, campaign=campaign, list=list_, status=status, phone=phone, hotline=hotline)
    look = Look(None if format_ is None else format_.value, headings.value, separator, mark=mark)
    export(file, wanted, look, as_json=as_json)


CDR: Final[Mapping[str, Callable[..., None]]] = {"export": export_cdrs}
