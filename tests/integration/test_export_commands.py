"""`callbeat cdr export`: CDRs as files, which are there when they are whole."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update

from tests.builders import NOON
from tests.builders.outbox import fill_with_calls
from tests.integration.commands import ended, only_home_set, run
from worker.cli.bootstrap import bring_up_to_date
from worker.domain.call import Outcome
from worker.domain.errors import Unavailable
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore
from worker.wiring import settings, store

CALLS = 3


@pytest.fixture(autouse=True)
def filled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SqlStore]:
    """Start with three calls that have ended."""
    with only_home_set(monkeypatch, tmp_path / "home"):
        bring_up_to_date(settings())
        filled = store()
        fill_with_calls(filled, CALLS)
        yield filled


def rows(text: str, *, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def test_a_pipe_gets_csv(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = ended(capsys, monkeypatch, "cdr", "export", "--headings", "keys", "--separator", ";")
    head, *found = rows(out, delimiter=";")

    assert (code, err) == (0, f"exported: {CALLS} CDRs\n")
    assert head[:2] == ["id", "campaign_uuid"]
    assert [row[0] for row in found] == sorted((row[0] for row in found), reverse=True)
    assert len(found) == CALLS


def test_a_file_is_what_its_name_says(tmp_path: Path) -> None:
    book, packed = tmp_path / "cdrs.xlsx", tmp_path / "cdrs.csv.gz"

    told = run("cdr", "export", str(book), "--json")
    assert run("cdr", "export", str(packed), "--bom", "--campaign", "reminders", "--list", "list 0")[0] == 0

    assert json.loads(told[1]) == {"file": str(book), "rows": CALLS}
    sheet = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    assert rows(gzip.decompress(packed.read_bytes()).decode("utf-8-sig"))[0] == sheet[0]
    assert len(sheet) == CALLS + 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cdrs.csv.gz", "cdrs.xlsx", "home"]


def test_filters_choose(filled: SqlStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with filled.transaction() as tx:
        first = select(func.min(calls.c.phone)).scalar_subquery()
        tx.connection.execute(update(calls).values(outcome=Outcome.BUSY, started_at=NOON))
        tx.connection.execute(update(calls).where(calls.c.phone == first).values(outcome=Outcome.ANSWERED))

    def count(*arguments: str) -> int:
        return len(rows(ended(capsys, monkeypatch, "cdr", "export", *arguments)[1])) - 1

    assert [count("--status", status) for status in ("answered", "busy", "failed")] == [1, CALLS - 1, 0]
    assert count("--from", "2026-11-23", "--to", "2026-11-23") == CALLS
    assert count("--to", "2026-11-22") == count("--from", "2026-11-24") == count("--hotline", "0") == 0


def test_nothing_is_left_of_an_export_that_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Unavailable("the database is away")

    monkeypatch.setattr("worker.store.records.cdrs.SqlCdrs.older", fail)

    assert ended(capsys, monkeypatch, "cdr", "export", str(tmp_path / "cdrs.csv"))[0] == 5
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--status", "ended"], 2),
        (["--phone", "nobody"], 2),
        (["--from", "yesterday"], 2),
        (["--separator", "x"], 2),
        (["--campaign", "other"], 3),
        (["/proc/nope/cdrs.csv"], 1),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    found, out, err = ended(capsys, monkeypatch, "cdr", "export", *arguments)

    assert (found, out, err.count("\n")) == (code, "", 1)
