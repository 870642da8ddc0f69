"""How an operator exports CDRs: to a file that is there when it is whole, or to stdout."""

import gzip
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import typer

from worker.cli.bootstrap import opened
from worker.cli.columns import print_json
from worker.cli.progress import Show, progress
from worker.domain.call import Outcome
from worker.domain.date_range import to_date_range
from worker.domain.errors import Invalid, Rejected
from worker.domain.export.table import Headings, Row, Table
from worker.domain.network import NotDialable, national_form
from worker.ports.records.entities import CdrFilter, Tenant
from worker.spreadsheets.workbook_writer import XlsxWriter
from worker.store.transaction import SqlStore
from worker.usecases.records.csv_text import csv_parts
from worker.usecases.records.export_cdrs import cdr_table
from worker.usecases.records.find_by_name import find_campaign, find_list
from worker.usecases.records.keep_api_keys import tenant_named
from worker.usecases.records.list_cdrs import list_cdrs_behind
from worker.wiring import settings

STDOUT: Final = Path("-")
SEPARATORS: Final = {",": ",", ";": ";", "tab": "\t", "\t": "\t"}
_GZIP: Final = ".gz"


class Output(Protocol):
    """What takes the bytes."""

    def write(self, part: bytes, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which CDRs are wanted, as it was typed."""

    tenant: str
    since: str
    until: str
    campaign: str | None = None
    list: str | None = None
    status: str | None = None
    phone: str | None = None
    hotline: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What the file looks like; a format of None follows from its name."""

    format: str | None
    headings: str
    separator: str
    mark: bool = False


def export(file: Path, wanted: Wanted, look: Look, *, as_json: bool) -> None:
    """Write the CDRs. Raises ``Rejected`` when the file cannot be written; nothing is left of it then."""
    if look.separator not in SEPARATORS:
        raise Invalid("a separator is a comma, a semicolon or `tab`")
    with opened(settings()) as store:
        owner = tenant_named(store, wanted.tenant)
        found = _filter(store, owner, wanted)
        total = list_cdrs_behind(store, tenant=owner, wanted=found, limit=1, after=None).total
        table = cdr_table(store, tenant=owner, wanted=found, headings=Headings(look.headings))
        with progress(f"CDRs to {file.name}") as show:
            counted = _Counted(table.batches, show=show, total=total.number)
            with _written(file) as output:
                for part in _parts(replace(table, batches=counted), look, file=file):
                    output.write(part)
    if as_json and file != STDOUT:
        print_json({"file": str(file), "rows": counted.rows})
    else:
        typer.echo(f"exported: {counted.rows} CDRs", err=True)


class _Counted:
    """Batches that are counted, and shown, as they are read."""

    def __init__(self, batches: Iterable[Sequence[Row]], *, show: Show, total: int) -> None:
        self.rows = 0
        self._batches, self._show, self._total = batches, show, total

    def __iter__(self) -> Iterator[Sequence[Row]]:
        for batch in self._batches:
            yield batch
            self.rows += len(batch)
            self._show(self.rows, max(self._total, self.rows))


def _parts(table: Table, look: Look, *, file: Path) -> Iterator[bytes]:
    by_name = "xlsx" if file.name.removesuffix(_GZIP).endswith(".xlsx") else "csv"
    if (look.format or by_name) == "xlsx":
        yield from XlsxWriter().parts(table)
    else:
        for text in csv_parts(table, separator=SEPARATORS[look.separator], mark=look.mark):
            yield text.encode()


@contextmanager
def _written(file: Path) -> Iterator[Output]:
    """Yield what takes the bytes. The file has its name as soon as it is whole; packed, if the name ends so."""
    if file == STDOUT:
        yield typer.get_binary_stream("stdout")
        return
    part = file.with_name(f"{file.name}.part")
    try:
        with gzip.open(part, "wb") if file.suffix == _GZIP else part.open("wb") as output:
            yield output
        part.replace(file)
    except OSError as error:
        raise Rejected(f"{file} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _filter(store: SqlStore, owner: Tenant, wanted: Wanted) -> CdrFilter:
    campaign = None if wanted.campaign is None else find_campaign(store, tenant=owner, reference=wanted.campaign)
    listed = None if wanted.list is None else find_list(store, tenant=owner, reference=wanted.list)
    return CdrFilter(
        campaign_id=None if campaign is None else campaign.settings.campaign_uuid,
        list_id=None if listed is None else listed.id,
        outcome=None if wanted.status is None else _outcome(wanted.status),
        phone=None if wanted.phone is None else _national(wanted.phone),
        hotline=wanted.hotline,
        started_from=to_date_range("--from", wanted.since, zone=owner.timezone).start,
        started_before=to_date_range("--to", wanted.until, zone=owner.timezone).end,
    )


def _outcome(text: str) -> Outcome:
    try:
        return Outcome(text)
    except ValueError as error:
        raise Invalid(f"--status is one of {', '.join(Outcome)}") from error


def _national(text: str) -> str:
    try:
        return national_form(text)
    except NotDialable as error:
        raise Invalid(f"--phone: {error}") from error
