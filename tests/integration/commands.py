"""Commands of an operator, run in this process, in an environment in which only the home is set."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from worker import wiring
from worker.cli.command import command_line, main
from worker.settings import Settings


@contextmanager
def only_home_set(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[Path]:
    """Unset every setting but the home while the block runs."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CALLBEAT_{name.upper()}", raising=False)
    monkeypatch.setenv("CALLBEAT_HOME", str(home))
    _forget_settings()
    with _signals_kept():
        yield home
    _forget_settings()


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Take back what a command did to hear signals; a later one would end this process after the drain time."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)


def _forget_settings() -> None:
    wiring.settings.cache_clear()
    wiring.services.cache_clear()


def run(*arguments: str) -> tuple[int, str]:
    """Run a command; return its exit code and everything that it printed."""
    result = CliRunner().invoke(command_line(), arguments)
    return result.exit_code, result.output


def columns(output: str) -> list[list[str]]:
    """Return the cells of a printed table, without its header."""
    return [re.split(r" {2,}", line) for line in output.splitlines()[1:]]


def ended(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    """Run the command as its process does; return its exit code, its output and its errors."""
    monkeypatch.setattr("sys.argv", ["callbeat", *arguments])
    monkeypatch.setattr("worker.cli.command.forget_foreign_variables", lambda: None)  # the test's own stay
    capsys.readouterr()
    umask = os.umask(0o022)
    try:
        with pytest.raises(SystemExit) as ending:
            main()
    finally:
        os.umask(umask)
    out, err = capsys.readouterr()
    return int(ending.value.code or 0), out, err
