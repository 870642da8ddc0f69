"""`callbeat leads import`, `blacklist add`, `imports …`: files, from a disk or a pipe, into the database."""

import csv
import io
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.builders import CAMPAIGN, TENANT, fill_store, list_of, stored_settings
from tests.integration.commands import columns, ended, only_home_set, run
from worker.cli.bootstrap import bring_up_to_date
from worker.cli.command import command_line
from worker.coordination.wakeups import RedisWakeups
from worker.ports.paging import Slice
from worker.ports.records.audit import AuditFilter
from worker.ports.records.entities import LeadFilter
from worker.store.transaction import SqlStore
from worker.usecases.records import run_imports
from worker.wiring import settings, store

TABLE = "Số điện thoại;Tên\n0912345601;Đặng Thị Ánh\n912345602;\nnobody;x\n0912345601;twice\n"


@pytest.fixture(autouse=True)
def filled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SqlStore]:
    """Start with a campaign with a list; no worker runs, and nothing waits for a broker."""
    with only_home_set(monkeypatch, tmp_path / "home"):
        monkeypatch.setenv("CALLBEAT_REDIS_URL", "redis://127.0.0.1:1/0")
        monkeypatch.setattr(RedisWakeups, "check", lambda _: None)
        bring_up_to_date(settings())
        filled = store()
        fill_store(filled, stored_settings())
        yield filled


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a file as a spreadsheet program writes it."""
    path = tmp_path / "leads.csv"
    path.write_text(TABLE, encoding="utf-8-sig")
    return path


def stored(filled: SqlStore) -> list[str]:
    with filled.reading() as tx:
        rows = tx.lead_records.page(TENANT, Slice(100), wanted=LeadFilter(list_id=list_of(CAMPAIGN))).rows
    return sorted(row.phone for row in rows)


def facts(output: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in output.splitlines() if " " in line)


def test_a_file_is_imported_in_place_with_a_report_and_one_entry_of_the_trail(
    filled: SqlStore, table: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.csv"

    code, output = run("leads", "import", str(table), "--list", "list 0", "--report", str(report))

    told = facts(output)
    assert code == 0
    counts = [told[name] for name in ("total_insert", "total_restored", "total_fail")]
    assert (told["status"], counts) == ("done", ["2", "1", "2"])
    assert stored(filled) == ["0912345601", "0912345602"]
    rows = list(csv.reader(report.read_text(encoding="utf-8").splitlines()))
    assert [(row[0], row[1]) for row in rows[1:]] == [("3", "restored"), ("4", "refused"), ("5", "refused")]
    with filled.reading() as tx:
        (entry,) = tx.audit.page(TENANT, Slice(10), wanted=AuditFilter(), with_installation=False).rows
    assert entry.action.endswith("leads import")


def test_a_pipe_is_read_and_its_report_printed_later(filled: SqlStore) -> None:
    ran = CliRunner().invoke(
        command_line(), ["leads", "import", "-", "--list", str(list_of(CAMPAIGN)), "--json"], input=TABLE.encode()
    )
    assert ran.exception is None
    found = json.loads(ran.stdout)

    assert (ran.exit_code, found["file_name"], found["total_insert"]) == (0, "stdin", 2)
    assert f"callbeat imports report {found['import_uuid']}" in ran.stderr
    assert len(list(csv.reader(io.StringIO(run("imports", "report", found["import_uuid"])[1])))) == 4
    assert stored(filled) == ["0912345601", "0912345602"]


def test_numbers_go_on_the_do_not_call_list(filled: SqlStore, table: Path) -> None:
    assert run("blacklist", "add", str(table))[0] == 0

    with filled.reading() as tx:
        assert [one.phone for one in tx.do_not_call.page(TENANT, Slice(10)).rows] == ["0912345601", "0912345602"]


@contextmanager
def ctrl_c_after_a_batch(_: str) -> Iterator[Callable[[int, int], None]]:
    """Show nothing; press Ctrl-C as soon as something is done."""
    yield lambda _done, _total: signal.raise_signal(signal.SIGINT)


def test_an_import_that_ctrl_c_interrupts_is_resumed_where_it_was(
    filled: SqlStore, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(["phone_number", *(f"09123456{number:02}" for number in range(25))]))
    monkeypatch.setattr(run_imports, "BATCH", 10)
    with monkeypatch.context() as context:
        context.setattr("worker.cli.file_imports.progress", ctrl_c_after_a_batch)
        code, out, err = ended(capsys, context, "leads", "import", str(path), "--list", "list 0")
    ((import_id, *_),) = columns(run("imports", "list")[1])

    assert (code, facts(out)["rows_read"], len(stored(filled))) == (130, "11", 10)
    assert f"interrupted after row 11; `callbeat imports resume {import_id}` goes on" in err
    assert facts(run("imports", "resume", import_id)[1])["total_insert"] == "25"
    assert len(stored(filled)) == 25
    assert ended(capsys, monkeypatch, "imports", "resume", import_id)[::2] == (
        4,
        "callbeat: the import has ended: done\n",
    )
    assert facts(run("imports", "cancel", import_id)[1])["status"] == "done", "what has ended stays as it ended"


@pytest.mark.parametrize(
    ("content", "list_name", "ends"),
    [
        (None, "list 0", (2, "leads.csv cannot be read: No such file or directory")),
        ("", "list 0", (2, "the file is empty")),
        ("name\nx\n", "list 0", (1, "the import was failed: ")),
        (TABLE, "other", (3, "has no list other")),
    ],
)
def test_a_file_that_cannot_be_imported_is_told_in_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    content: str | None,
    list_name: str,
    ends: tuple[int, str],
) -> None:
    path = tmp_path / "leads.csv"
    if content is not None:
        path.write_text(content)

    found, _, err = ended(capsys, monkeypatch, "leads", "import", str(path), "--list", list_name)

    assert found == ends[0]
    assert ends[1] in err
    assert "Traceback" not in err
