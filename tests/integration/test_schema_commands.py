"""`callbeat migrate --check` and `--plan`: what an upgrade would do, before it does it."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.integration.commands import columns, ended, only_home_set, run
from worker.cli.exit_codes import ExitCode
from worker.store.base.engine import make_engine


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return the one setting that the environment has."""
    with only_home_set(monkeypatch, tmp_path / "home") as home:
        yield home


def note(home: Path, revision: str) -> None:
    engine = make_engine(f"sqlite:///{home}/callbeat.sqlite3")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    engine.dispose()


Ended = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ended:
    """Give a command as its process runs it: exit code, output, errors."""
    return partial(ended, capsys, monkeypatch, "migrate")


@pytest.mark.parametrize("option", ["--check", "--plan"])
def test_a_database_that_is_not_there_is_neither_checked_nor_made(home: Path, command: Ended, option: str) -> None:
    code, _, errors = command(option)

    assert code == ExitCode.UNAVAILABLE
    assert "callbeat migrate" in errors
    assert not (home / "callbeat.sqlite3").exists()


def test_nothing_is_to_do_after_a_migration() -> None:
    run("migrate")

    assert run("migrate", "--check") == (0, "The database is up to date.\n")
    assert run("migrate", "--plan") == (0, "The database is up to date.\n")


def test_an_older_schema_is_refused_and_its_plan_lists_what_would_run(home: Path, command: Ended) -> None:
    run("migrate")
    note(home, "0283")

    code, _, errors = command("--check")
    planned = columns(run("migrate", "--plan")[1])

    assert code == ExitCode.FAILED
    assert "older than this release needs" in errors
    assert planned[0][0] == "0290"
    assert all(len(row) == 2 and row[1] != "-" for row in planned)  # each revision says what it does
    assert command("--check")[0] == ExitCode.FAILED  # nothing was changed


@pytest.mark.parametrize("option", ["--check", "--plan"])
def test_a_newer_schema_is_named(home: Path, command: Ended, option: str) -> None:
    run("migrate")
    note(home, "9999")

    code, _, errors = command(option)

    assert code == ExitCode.FAILED
    assert "(9999) is newer than this release" in errors
