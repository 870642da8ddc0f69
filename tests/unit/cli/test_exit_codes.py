"""Exit codes: each kind of error has its own, and the document says so."""

import re
from pathlib import Path

import pytest

from worker.cli.exit_codes import ExitCode, code_of
from worker.domain.errors import (
    CallbeatError,
    Conflict,
    Forbidden,
    IdTaken,
    Invalid,
    InvalidFields,
    NotFound,
    Overtaken,
    Problem,
    Rejected,
    Unavailable,
)

PAGE = Path(__file__).parents[3] / "deploy" / "command-line.md"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Rejected("no"), 1),
        (Forbidden("no"), 1),
        (Invalid("no"), 2),
        (InvalidFields((Problem("name", "no"),)), 2),
        (NotFound("no"), 3),
        (Conflict("no"), 4),
        (IdTaken("no"), 4),
        (Overtaken("no"), 4),
        (Unavailable("no"), 5),
    ],
)
def test_an_error_has_the_code_of_what_the_caller_can_do_next(error: CallbeatError, code: int) -> None:
    assert code_of(error) == code


def test_every_code_is_documented() -> None:
    documented = re.findall(r"^\| (\d+) \| ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert [int(code) for code in documented] == [*ExitCode]
