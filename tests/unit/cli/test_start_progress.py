"""What a terminal sees while the processes of `up` and of the demonstration start; a pipe sees nothing."""

import io
from pathlib import Path
from subprocess import Popen
from threading import Event
from typing import Any, cast

import pytest

from worker.cli import up
from worker.cli.progress import progress
from worker.cli.supervision import Child, configured, write_configuration


class Running:
    """Stands for a supervisor that runs."""

    def poll(self) -> None:
        return None


def test_the_wait_shows_how_many_processes_run_and_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, False, True])
    write_configuration(tmp_path, [Child("api", ["a"]), Child("voice-1", ["v"])], quiet=True, stop_seconds=1)
    monkeypatch.setattr("worker.cli.embedded.noted_voices", lambda _home: ["127.0.0.1:1"])
    monkeypatch.setattr(up, "_is_ready", lambda _client: next(answers))
    monkeypatch.setattr(up, "_accepts", lambda _address: True)
    monkeypatch.setattr(up, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(up, "still_running", lambda _home: {"api": 1, "voice-1": 2})
    seen: list[tuple[int, int]] = []
    supervisor = cast("Popen[bytes]", Running())

    up.wait_until_ready(
        "http://127.0.0.1:1", home=tmp_path, supervisor=supervisor, stop=Event(),
        show=lambda done, total: seen.append((done, total)),
    )  # fmt: skip

    assert configured(tmp_path) == 2
    assert seen == [(3, 4), (3, 4)]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_bar_is_for_terminals_alone(monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool) -> None:
    screen: Any = io.StringIO()  # Any: mypy keeps methods of instances as they are
    screen.isatty = lambda: is_terminal
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")

    with progress("starting", stays=False) as show:
        show(3, 4)

    assert ("starting" in screen.getvalue()) is is_terminal
    assert ("3/4" in screen.getvalue()) is is_terminal
