"""`callbeat hold` and `callbeat release`: what an operator types, and what `doctor` says meanwhile."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from worker import wiring
from worker.cli.command import command_line
from worker.settings import Settings


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Start with a migrated database."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CALLBEAT_{name.upper()}", raising=False)
    monkeypatch.setenv("CALLBEAT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    wiring.settings.cache_clear()
    run("migrate")
    yield
    wiring.settings.cache_clear()


def run(*arguments: str) -> str:
    return CliRunner().invoke(command_line(), arguments).output


def dialling() -> list[str]:
    return [one["seen"] for one in json.loads(run("doctor", "--json")) if one["part"] == "dialling"]


def test_dialling_is_held_with_its_reason_and_released() -> None:
    told = run("hold", "--why", "restored from last night")
    found = dialling()

    assert told.startswith("held since ")
    assert told.rstrip().endswith(": restored from last night")
    assert found == [told.rstrip()]
    assert run("release") == "Released: campaigns are dialled again.\n"
    assert run("release") == "Nothing was held.\n"
    assert dialling() == []
