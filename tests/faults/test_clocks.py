"""A clock jumps when it is told to, is right when it is not, and never touches the monotonic one."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.clocks import Clock

NEAR = 5.0
"""Seconds: asking takes a while on a busy machine."""
WATCH = """
import sys, time
from datetime import datetime
for line in sys.stdin:
    before = time.monotonic()
    time.sleep(0.01)
    print(time.time(), datetime.now().timestamp(), before, time.monotonic() - before, flush=True)
"""


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    clock = Clock(tmp_path / "clock")
    clock.jump(seconds=0)
    return clock


@pytest.fixture
def ask(clock: Clock) -> Iterator[Callable[[], list[float]]]:
    """Ask a process under this clock for the time, read twice, its monotonic time, and how long a short sleep took."""
    command = [sys.executable, "-c", WATCH]
    environment = os.environ | clock.environment
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        said, heard = process.stdin, process.stdout
        assert said is not None
        assert heard is not None

        def ask() -> list[float]:
            said.write("\n")
            said.flush()
            return [float(word) for word in heard.readline().split()]

        yield ask
        said.close()


def test_a_clock_that_was_not_told_to_jump_is_right(ask: Callable[[], list[float]]) -> None:
    before = time.time()
    at, read_again, _, _ = ask()

    assert before <= at <= read_again <= time.time()


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_clock_jumps_and_comes_back(clock: Clock, ask: Callable[[], list[float]], seconds: float) -> None:
    clock.jump(seconds=seconds)
    jumped = _ask_until(ask, wrong_by=seconds)
    clock.jump(seconds=0)
    before = time.time()
    back = _ask_until(ask, wrong_by=0)

    assert jumped[1] - time.time() == pytest.approx(seconds, abs=NEAR)
    assert jumped[3] < NEAR
    assert before <= back[0] <= back[1] <= time.time()


def test_a_process_that_starts_with_a_wrong_clock_is_wrong_at_once(
    clock: Clock, request: pytest.FixtureRequest
) -> None:
    clock.jump(seconds=3600)

    ask = request.getfixturevalue("ask")

    assert ask()[0] - time.time() == pytest.approx(3600, abs=NEAR)


def test_the_monotonic_clock_does_not_jump(clock: Clock, ask: Callable[[], list[float]]) -> None:
    clock.jump(seconds=3600)

    _, _, monotonic, _ = _ask_until(ask, wrong_by=3600)

    assert monotonic == pytest.approx(time.monotonic(), abs=NEAR)


def _ask_until(ask: Callable[[], list[float]], *, wrong_by: float) -> list[float]:
    deadline = time.monotonic() + NEAR
    while abs((told := ask())[0] - time.time() - wrong_by) > NEAR:
        assert time.monotonic() < deadline, f"still wrong by {told[0] - time.time()}"
    return told
