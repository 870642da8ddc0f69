"""Read a file's rows: which column holds the numbers, and what each row becomes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from worker.domain.errors import Invalid
from worker.domain.file_import import FileKind, ReportedRow, RowResult
from worker.domain.masking import masked_number
from worker.domain.network import NotDialable
from worker.domain.spreadsheet.cells import phone_of, text_of
from worker.domain.spreadsheet.columns import DESCRIPTION, Columns, columns_of, no_phone_column
from worker.domain.spreadsheet.lead_row import LEAD_FIELDS, cell_at, lead_of
from worker.ports.records.entities import BlockedNumber
from worker.ports.records.tables import TableRow
from worker.usecases.records.import_leads import DUPLICATE, Draft

HEADER_WITHIN: Final = 10
"""Rows: titles may stand above the header."""
LONGEST_DESCRIPTION: Final = 255

_KNOWN: Final = {FileKind.LEADS: LEAD_FIELDS, FileKind.DO_NOT_CALL: frozenset({DESCRIPTION})}


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows: each number's row, the problems of the others, and the rows whose number had to be restored."""

    rows: Sequence[TableRow]
    columns: Columns
    by_phone: Mapping[str, TableRow]
    problems: Mapping[int, str] = field(default_factory=dict)
    restored: frozenset[int] = frozenset()
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    """The leads that the rows stand for, by their numbers; empty in a file of numbers that must not be called."""

    def report(self, problems: Mapping[int, str]) -> list[ReportedRow]:
        """Return what the report says of these rows, with the problems of those that were refused later."""
        all_problems = {**self.problems, **problems}
        return [
            ReportedRow(row.number, result, masked_number(text_of(cell_at(row.cells, self.columns.phone))), why)
            for row in self.rows
            if row.number in all_problems or row.number in self.restored
            for result, why in [_result(all_problems.get(row.number))]
        ]


def _result(problem: str | None) -> tuple[RowResult, str]:
    return (RowResult.RESTORED, "") if problem is None else (RowResult.REFUSED, problem)


def below_header(rows: Iterator[TableRow], *, kind: FileKind) -> tuple[Columns, Iterator[TableRow]]:
    """Return what the columns mean, and the rows below the header. Raises ``Invalid`` without a column of numbers.

    A file with nothing but numbers needs no header.
    """
    first = list(islice(rows, HEADER_WITHIN))
    for place, row in enumerate(first):
        columns = columns_of(row.cells, known=_KNOWN[kind])
        if columns is not None:
            return columns, chain(first[place + 1 :], rows)
    if first and _is_only_a_number(first[0]):
        return Columns(phone=0), chain(first, rows)
    raise Invalid(no_phone_column(first[0].cells if first else ()))


def read_batch(rows: Sequence[TableRow], *, columns: Columns, kind: FileKind) -> Batch:
    """Read some rows; of two rows with one number the second is a problem."""
    by_phone: dict[str, TableRow] = {}
    problems: dict[int, str] = {}
    restored: set[int] = set()
    for row in rows:
        try:
            phone = phone_of(cell_at(row.cells, columns.phone))
        except NotDialable as error:
            problems[row.number] = str(error)
            continue
        if by_phone.setdefault(phone.number, row) is not row:
            problems[row.number] = DUPLICATE
        elif phone.is_restored:
            restored.add(row.number)
    drafts = _drafts_of(by_phone, problems, columns=columns) if kind is FileKind.LEADS else {}
    return Batch(rows, columns, by_phone, problems, frozenset(restored), drafts)


def blocked_of(batch: Batch) -> list[BlockedNumber]:
    """Return the numbers of a batch that must not be called."""
    place = batch.columns.fields.get(DESCRIPTION)
    return [
        BlockedNumber(phone, "" if place is None else text_of(cell_at(row.cells, place))[:LONGEST_DESCRIPTION])
        for phone, row in batch.by_phone.items()
    ]


def refused_numbers(batch: Batch, *, taken: Iterable[str]) -> dict[int, str]:
    """Return the problems of rows whose numbers were not taken, because they were there."""
    new = set(taken)
    return {row.number: DUPLICATE for phone, row in batch.by_phone.items() if phone not in new}


def _drafts_of(by_phone: Mapping[str, TableRow], problems: dict[int, str], *, columns: Columns) -> dict[str, Draft]:
    """Return the leads that rows stand for; note the problems of the others."""
    drafts: dict[str, Draft] = {}
    for phone, row in by_phone.items():
        try:
            lead = lead_of(row.cells, columns)
        except ValueError as error:
            problems[row.number] = str(error)
            continue
        drafts[phone] = Draft(
            row=row.number,
            phone_number=phone,
            after_day=lead.after_day,
            profile=lead.profile,
            additional=lead.additional,
        )
    return drafts


def _is_only_a_number(row: TableRow) -> bool:
    if [text_of(cell) != "" for cell in row.cells].count(True) != 1:
        return False
    try:
        phone_of(row.cells[0])
    except NotDialable:
        return False
    return True
