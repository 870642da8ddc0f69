"""`callbeat switch list|add|drain|resume|forget`: what an operator types, and reads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from worker import wiring
from worker.cli.command import command_line
from worker.domain.errors import CallbeatError
from worker.settings import Settings


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Start with a migrated database that has one switch, from the environment."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CALLBEAT_{name.upper()}", raising=False)
    monkeypatch.setenv("CALLBEAT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CALLBEAT_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("CALLBEAT_SWITCH_URLS", "esl://:geheim@First.Example.")
    monkeypatch.setenv("COLUMNS", "200")
    _forget_settings()
    run("migrate")
    yield
    _forget_settings()


def _forget_settings() -> None:
    wiring.settings.cache_clear()
    wiring.services.cache_clear()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(command_line(), arguments)
    if isinstance(result.exception, CallbeatError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def rows(*arguments: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(run("switch", *arguments, "--json"))}


def test_the_switches_of_the_environment_are_listed_without_their_passwords() -> None:
    shown, listed = run("switch", "list"), rows("list")

    assert "first.example:8021" in shown
    assert "no: no_switch" in shown
    assert "geheim" not in shown + json.dumps(listed)
    assert listed["first.example:8021"]["state"] == "active"


def test_a_switch_is_added_drained_resumed_and_forgotten() -> None:
    states = [
        rows("add", "esl://:x@second.example:9000", "--weight", "3"),
        rows("drain", "SECOND.example.:9000"),
        rows("resume", "second.example:9000", "--weight", "5"),
        rows("forget", "second.example:9000"),
    ]

    assert [found["second.example:9000"]["state"] for found in states] == ["active", "draining", "active", "gone"]
    assert [found["second.example:9000"]["weight"] for found in states] == [3, 3, 5, 5]
    assert "is gone; 0 of its calls were ended" in run("switch", "forget", "second.example:9000")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("drain", "nobody:1"), "switch nobody:1 is not found"),
        (("drain", ":1"), "HOST:PORT is expected"),
        (("add", "http://h:1"), "esl://:PASSWORD@HOST:PORT"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CallbeatError, match=said):
        run("switch", *arguments)


def test_a_forgotten_switch_is_not_added_again_by_the_environment() -> None:
    run("switch", "forget", "first.example")

    run("migrate")

    assert rows("list")["first.example:8021"]["state"] == "gone"
