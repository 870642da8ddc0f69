"""A voice process that stands still is killed by its guard, so that its connections end."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

GUARDED = """
import sys, time
from worker.voice.guard import Guard
guard = Guard(stands_still_seconds=1.5)
print("ready", flush=True)
for _ in range(int(sys.argv[1])):
    guard.sign_of_life()
    time.sleep(0.05)
guard.end()
"""


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    begun: list[subprocess.Popen[str]] = []
    yield begun
    for process in begun:
        process.kill()
        process.communicate()


def start(processes: list[subprocess.Popen[str]], *, signs: int) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", GUARDED, str(signs)], stdout=subprocess.PIPE, text=True)
    processes.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_process_that_is_stopped_is_killed(processes: list[subprocess.Popen[str]]) -> None:
    process = start(processes, signs=1200)

    process.send_signal(signal.SIGSTOP)

    assert process.wait(timeout=10) == -signal.SIGKILL


def test_a_process_that_shows_signs_of_life_ends_by_itself(processes: list[subprocess.Popen[str]]) -> None:
    assert start(processes, signs=45).wait(timeout=30) == 0
