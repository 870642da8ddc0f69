"""A process keeps its lock for as long as it lives, and the next ``up`` reads who it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from worker.cli import tether
from worker.cli.supervision import PROCESSES, still_running
from worker.cli.up import CannotStart, refuse_beside


def start(lock: Path, *, supervisor: int) -> subprocess.Popen[bytes]:
    """Start ``cat`` as a child of a supervisor with this number."""
    pid_file = lock.parent / "supervisor.pid"
    pid_file.write_text(f"{supervisor}\n")
    command = [sys.executable, "-I", "-S", str(tether.__file__), str(lock), str(pid_file), "cat"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def talk(process: subprocess.Popen[bytes], text: bytes) -> bytes:
    """Send a line to ``cat``; give what it answers."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(text)
    process.stdin.flush()
    return process.stdout.readline()


def test_the_lock_is_held_by_the_program_until_it_ends(tmp_path: Path) -> None:
    lock = tmp_path / PROCESSES / "echo"
    lock.parent.mkdir()
    with start(lock, supervisor=os.getpid()) as process:
        answer = talk(process, b"up\n")
        during = tether.holder(lock)
        second = start(lock, supervisor=os.getpid())
        _, _ = second.communicate()

    assert (answer, during) == (b"up\n", process.pid)
    assert second.returncode == tether.STILL_RUNS
    assert (process.returncode, tether.holder(lock)) == (0, None)


def test_nothing_is_started_for_a_supervisor_that_has_ended(tmp_path: Path) -> None:
    with start(tmp_path / "echo", supervisor=os.getpid() + 1) as process:
        _, error = process.communicate()

    assert process.returncode == 1
    assert b"the supervisor has ended" in error


def test_a_home_without_processes_has_nothing_running(tmp_path: Path) -> None:
    (tmp_path / PROCESSES).mkdir()
    (tmp_path / PROCESSES / "api").write_text("4711")

    assert still_running(tmp_path) == {}
    refuse_beside({}, home=tmp_path)


def test_what_runs_on_is_named_with_its_number(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"listener \(pid 12\), redis \(pid 7\).* kill -9 12 7$"):
        refuse_beside({"listener": 12, "redis": 7}, home=tmp_path)
