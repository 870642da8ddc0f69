"""How an operator imports files: they are stored whole, as the API stores them, and imported in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final
from uuid import UUID

import typer

from worker.cli.bootstrap import acting_on, opened, operators_services
from worker.cli.campaign_facts import moment
from worker.cli.columns import print_facts, print_json, print_rows
from worker.cli.exit_codes import ExitCode
from worker.cli.progress import progress, stopped_by_ctrl_c
from worker.domain.errors import Invalid, Rejected, Unavailable
from worker.domain.file_import import ENDED, FileImport, FileKind, ImportState
from worker.domain.ids import ImportId
from worker.domain.json_value import Json
from worker.ports.paging import Slice
from worker.ports.records.entities import DuplicateScope, Tenant
from worker.usecases.records import queries
from worker.usecases.records.find_by_name import find_list
from worker.usecases.records.import_report import report_lines
from worker.usecases.records.keep_api_keys import tenant_named
from worker.usecases.records.run_imports import run_import
from worker.usecases.records.take_file import (
    LARGEST_FILE,
    SentFile,
    cancel_import,
    claim_import,
    take_file_for,
)
from worker.wiring import Services, services, settings

MOST_SHOWN: Final = 10_000
STDIN: Final = Path("-")
_PART: Final = 1024 * 1024


def import_leads(file: Path, list_name: str, tenant: str, scope: str, *, report: Path | None, as_json: bool) -> None:
    """Import a file of leads into a list. Raises ``Unavailable`` while the broker is away, as the API does."""
    parts = operators_services()
    owner = tenant_named(parts.store, tenant)
    wanted = find_list(parts.store, tenant=owner, reference=list_name)
    parts.wakeups.check()
    with _content(file) as content:
        sent = SentFile(
            tenant=owner,
            kind=FileKind.LEADS,
            list_id=wanted.id,
            scope=DuplicateScope(scope),
            name=_name(file),
            content=content,
        )
        _import(sent, parts, report=report, as_json=as_json)


def block_numbers(file: Path, tenant: str, *, report: Path | None, as_json: bool) -> None:
    """Add a file of numbers to the do-not-call list."""
    parts = operators_services()
    owner = tenant_named(parts.store, tenant)
    with _content(file) as content:
        sent = SentFile(tenant=owner, kind=FileKind.DO_NOT_CALL, list_id=None, name=_name(file), content=content)
        _import(sent, parts, report=report, as_json=as_json)


def resume(import_id: str, tenant: str, *, report: Path | None, as_json: bool) -> None:
    """Go on with an import that no process has."""
    parts = operators_services()
    owner, worker_id = tenant_named(parts.store, tenant), parts.new_id()
    store = acting_on(parts, tenant=owner).store
    now = parts.clock.now()
    claimed = claim_import(store, tenant=owner, import_id=_id(import_id), worker_id=worker_id, now=now)
    _run(claimed, owner, worker_id, report=report, as_json=as_json)


def cancel(import_id: str, tenant: str, *, as_json: bool) -> None:
    """End an import before its next rows."""
    parts = operators_services()
    owner = tenant_named(parts.store, tenant)
    store = acting_on(parts, tenant=owner).store
    found = cancel_import(store, tenant=owner, import_id=_id(import_id), now=parts.clock.now())
    _print(found, owner, as_json=as_json)


def show_imports(tenant: str, *, as_json: bool) -> None:
    """Print a tenant's imports, newest first."""
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        found = queries.list_imports(store, tenant=owner, part=Slice(limit=MOST_SHOWN), kind=None).rows
    if as_json:
        print_json([_facts(one, owner) for one in found])
        return
    shown = ("import_uuid", "kind", "status", "rows", "total_insert", "total_restored", "total_fail", "created_at")
    rows = [[str(_facts(one, owner)[name]) for name in (*shown, "file_name", "error")] for one in found]
    print_rows(("id", "kind", "status", "rows", "added", "restored", "refused", "created", "file", "error"), rows)


def print_report(import_id: str, tenant: str) -> None:
    """Print the report of an import as CSV."""
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        found = queries.get_import(store, tenant=owner, import_id=_id(import_id))
        for text in report_lines(store, import_id=found.id):
            typer.echo(text, nl=False)


def _import(sent: SentFile, parts: Services, *, report: Path | None, as_json: bool) -> None:
    worker_id, store = parts.new_id(), acting_on(parts, tenant=sent.tenant).store
    claimed = take_file_for(store, sent, worker_id=worker_id, now=parts.clock.now(), new_id=parts.new_id)
    _run(claimed, sent.tenant, worker_id, report=report, as_json=as_json)


def _run(claimed: FileImport, owner: Tenant, worker_id: UUID, *, report: Path | None, as_json: bool) -> None:
    """Import what is left of a file, show how far it is, and print what has become of it.

    The audit trail has the command, not each batch: the store here is that of the system's own work.
    """
    parts = services()
    with stopped_by_ctrl_c() as stop, progress(claimed.file_name) as show:
        importer = replace(
            parts.importer,
            is_stopping=stop.is_set,
            told=lambda now: show(now.read_to, now.rows),
        )
        run_import(importer, claimed, worker_id=worker_id)
    found = queries.get_import(parts.store, tenant=owner, import_id=claimed.id)
    if report is not None:
        _write_report(report, parts, found.id)
    _print(found, owner, as_json=as_json)
    _end(found, was_stopped=stop.is_set(), report=report)


def _end(found: FileImport, *, was_stopped: bool, report: Path | None) -> None:
    """Raise unless the import is done; the error says what to do next."""
    if found.state is ImportState.DONE:
        if found.refused and report is None:
            typer.echo(f"why {found.refused} rows were refused: `callbeat imports report {found.id}`", err=True)
        return
    if found.state in ENDED:
        raise Rejected(f"the import was {found.state.value}: {found.error or 'by another command'}")
    what = f"after row {found.read_to}; `callbeat imports resume {found.id}` goes on, `cancel` ends it"
    if was_stopped:
        typer.echo(f"callbeat: interrupted {what}; workers of the queue imports go on with it, too", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED)
    raise Unavailable(f"the import stopped {what}")


def _write_report(report: Path, parts: Services, import_id: ImportId) -> None:
    try:
        with report.open("w", encoding="utf-8", newline="") as file:
            file.writelines(report_lines(parts.store, import_id=import_id))
    except OSError as error:
        raise Rejected(f"the report cannot be written: {error}") from error


def _print(found: FileImport, owner: Tenant, *, as_json: bool) -> None:
    facts = _facts(found, owner)
    if as_json:
        print_json(facts)
    else:
        print_facts({name: "" if value is None else str(value) for name, value in facts.items()})


def _facts(found: FileImport, owner: Tenant) -> dict[str, Json]:
    """Return an import under the names that the API has."""
    return {
        "import_uuid": str(found.id),
        "kind": found.kind.value,
        "list_uuid": None if found.list_id is None else str(found.list_id),
        "file_name": found.file_name,
        "file_size": found.size,
        "status": found.state.value,
        "rows": found.rows,
        "rows_read": found.read_to,
        "total_insert": found.added,
        "total_restored": found.restored,
        "total_fail": found.refused,
        "error": found.error,
        "created_at": moment(found.created_at, zone=owner.timezone),
        "ended_at": None if found.ended_at is None else moment(found.ended_at, zone=owner.timezone),
    }


@contextmanager
def _content(file: Path) -> Iterator[BinaryIO]:
    """Yield what the file holds, or stdin, of which a copy is made: it is read twice."""
    if file != STDIN:
        with _opened(file) as content:
            yield content
        return
    with TemporaryFile() as copied:
        size, stdin = 0, typer.get_binary_stream("stdin")
        while part := stdin.read(_PART):
            size += len(part)
            if size > LARGEST_FILE:
                raise Invalid(f"stdin holds more than {LARGEST_FILE >> 20} MiB")
            copied.write(part)
        copied.seek(0)
        yield copied


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}") from error


def _name(file: Path) -> str:
    return "stdin" if file == STDIN else file.name


def _id(text: str) -> ImportId:
    try:
        return ImportId(UUID(text))
    except ValueError as error:
        raise Invalid("an import's id is expected, as `callbeat imports list` shows it") from error
