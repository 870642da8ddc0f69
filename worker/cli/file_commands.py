"""The members of ``callbeat leads``, ``blacklist`` and ``imports``: signatures and help, without the parts behind."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from worker.cli.commands import AsJson


class Scope(StrEnum):
    """Where a number may stand only once."""

    LIST = "list"
    CAMPAIGN = "campaign"
    TENANT = "tenant"


File = Annotated[Path, typer.Argument(help="CSV, XLSX, XLS or ODS, at most 128 MiB; - for stdin.", metavar="FILE")]
Report = Annotated[
    Path | None,
    typer.Option(
        help="Write the rows that were refused, or whose number was restored, to this CSV file.",
        metavar="FILE",
        dir_okay=False,
        writable=True,
    ),
]
TenantOf = Annotated[str, typer.Option(help="The tenant.")]
ImportId = Annotated[str, typer.Argument(help="The import's id.", metavar="ID")]


def import_leads(
    file: File,
    list_: Annotated[str, typer.Option("--list", help="Name or id of the list that gets the leads.", metavar="LIST")],
    tenant: TenantOf = "default",
    scope: Annotated[Scope, typer.Option(help="Where a number may stand only once.")] = Scope.CAMPAIGN,
    report: Report = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Import a table of leads, here and now; Ctrl-C leaves what is left to the workers.

    Columns are known by their names in English or Vietnamese; all others become additional data of the lead.
    """
    from worker.cli.file_imports import import_leads as run

    run(file, list_, tenant, scope, report=report, as_json=as_json)


def block_numbers(file: File, tenant: TenantOf = "default", report: Report = None, *, as_json: AsJson = False) -> None:
    """Add a table of numbers to the do-not-call list; each holds for the next dial once it was read."""
    from worker.cli.file_imports import block_numbers as run

    run(file, tenant, report=report, as_json=as_json)


def list_imports(tenant: TenantOf = "default", *, as_json: AsJson = False) -> None:
    """Print the imports of the last 30 days, newest first: files that clients sent, and those of commands."""
    from worker.cli.file_imports import show_imports

    show_imports(tenant, as_json=as_json)


def resume_import(
    import_id: ImportId, tenant: TenantOf = "default", report: Report = None, *, as_json: AsJson = False
) -> None:
    """Go on here with an import that no process has: one that was interrupted, or that waits for a worker."""
    from worker.cli.file_imports import resume

    resume(import_id, tenant, report=report, as_json=as_json)


def cancel_import(import_id: ImportId, tenant: TenantOf = "default", *, as_json: AsJson = False) -> None:
    """End an import before its next rows; what was added stays."""
    from worker.cli.file_imports import cancel

    cancel(import_id, tenant, as_json=as_json)


def report_import(import_id: ImportId, tenant: TenantOf = "default") -> None:
    """Print as CSV each row that was refused, with the reason, and each whose number had to be restored."""
    from worker.cli.file_imports import print_report

    print_report(import_id, tenant)


LEADS: Final[Mapping[str, Callable[..., None]]] = {"import": import_leads}
BLACKLIST: Final[Mapping[str, Callable[..., None]]] = {"add": block_numbers}
IMPORTS: Final[Mapping[str, Callable[..., None]]] = {
    "list": list_imports,
    "resume": resume_import,
    "cancel": cancel_import,
    "report": report_import,
}
