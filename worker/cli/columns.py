"""What commands print: plain columns for terminals and pipes alike, or JSON.

Columns are never cut and have no frame: two blanks or more lie between them, so that `cut`, `awk` and people can read.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

import typer
from rich.cells import cell_len

from worker.cli.plain_text import visible
from worker.domain.json_value import Json

BETWEEN: Final = "  "
NOTHING: Final = "-"
"""What an empty cell shows, so that each line has as many columns as the header."""


def print_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the header, and a line for each row."""
    first, *others = lines_of([header, *rows])
    typer.secho(first, bold=True)  # bold on terminals only
    for line in others:
        typer.echo(line)


def print_facts(facts: Mapping[str, str]) -> None:
    """Print one fact a line: its name, and what it is."""
    for line in lines_of(list(facts.items())):
        typer.echo(line)


def print_json(value: Json) -> None:
    """Print JSON as people read it, too: indented, in UTF-8."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_json_line(value: Json) -> None:
    """Print JSON in one line, for values that follow each other."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def lines_of(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines of aligned columns; wide characters count twice, as terminals show them."""
    shown = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    return [_line(row, widths=widths) for row in shown]


def _line(row: Sequence[str], *, widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
    return BETWEEN.join(padded).rstrip()


def _cell(text: str) -> str:
    """Return the text in one line, without runs of blanks that would look like another column."""
    return re.sub(" {2,}", " ", visible(text)).strip() or NOTHING
