"""Commands of an operator, run in this process, in an environment in which only the home is set."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from worker import wiring
from worker.cli.command import command_line
from worker.settings import Settings


@contextmanager
def only_home_set(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[Path]:
    """Unset every setting but the home while the block runs; tables are 200 columns wide."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CALLBEAT_{name.upper()}", raising=False)
    monkeypatch.setenv("CALLBEAT_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")
    wiring.settings.cache_clear()
    yield home
    wiring.settings.cache_clear()


def run(*arguments: str) -> tuple[int, str]:
    """Run a command; return its exit code and everything that it printed."""
    result = CliRunner().invoke(command_line(), arguments)
    return result.exit_code, result.output
