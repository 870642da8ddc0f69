"""Every process ends in time after a signal, whatever it waits for; a second signal ends it at once."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.stack.addresses import free_port
from tests.stack.switch import SwitchProcess
from tests.stack.waiting import wait_until
from worker.domain.timing import ENDED_AFTER_DRAIN
from worker.simulator.options import SimulatorOptions

START_SECONDS: Final = 120.0
DRAIN_SECONDS: Final = 3
SLACK_SECONDS: Final = 8.0
"""For a busy machine. SQLite's own patience, 15 s, is longer than all of it."""
READY: Final = {
    "beat": '"post_taken"',
    "listener": '"post_taken"',
    "worker": "worker@",
    "api": "Application startup complete",
}
"""What each process writes when it has begun to work."""


@dataclass
class Machine:
    """The processes of one machine, on a database file that a test can lock."""

    home: Path
    redis_url: str
    switch_url: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("CALLBEAT_")}
        return ours | {
            "CALLBEAT_HOME": str(self.home),
            "CALLBEAT_REDIS_URL": self.redis_url,
            "CALLBEAT_SWITCH_URLS": self.switch_url,
            "CALLBEAT_DRAIN_SECONDS": str(DRAIN_SECONDS),
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "worker.cli", *words]

    def start(self, *names: str) -> None:
        """Start processes, and wait until each works."""
        for name in names:
            options = [f"--port={free_port()}"] if name == "api" else []
            with self.log(name).open("wb") as log:
                self.processes[name] = subprocess.Popen(
                    self.command(name, *options), env=self.environment, stdout=log, stderr=log
                )
        wait_until(lambda: all(READY[name] in self.log(name).read_text() for name in names), seconds=START_SECONDS)

    def log(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def tell_to_stop(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)

    def wait(self, *, seconds: float) -> dict[str, int]:
        """Wait for all processes; give their exit codes."""
        deadline = time.monotonic() + seconds
        return {name: process.wait(deadline - time.monotonic()) for name, process in self.processes.items()}

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """Hold the database's one write lock, until every process but the API waits for it."""
        with sqlite3.connect(self.home / "callbeat.sqlite3", isolation_level=None) as database:
            database.execute("BEGIN IMMEDIATE")
            time.sleep(2)  # the lease is renewed and a sweep is requested within this time
            yield
            database.execute("ROLLBACK")


@pytest.fixture
def machine(tmp_path: Path, redis_url: str) -> Iterator[Machine]:
    with SwitchProcess(SimulatorOptions(port=0)) as switch:
        url = f"esl://:{switch.url.password}@{switch.url.host}:{switch.url.port}"
        machine = Machine(tmp_path, redis_url, url)
        subprocess.run(machine.command("migrate"), env=machine.environment, check=True, capture_output=True)
        try:
            yield machine
        finally:
            for process in machine.processes.values():
                process.kill()
                process.wait()


@pytest.mark.slow
def test_every_process_ends_in_time_while_its_database_is_locked(machine: Machine) -> None:
    machine.start("listener", "worker", "beat", "api")

    with machine.locked_database():
        machine.tell_to_stop()
        codes = machine.wait(seconds=DRAIN_SECONDS + ENDED_AFTER_DRAIN.total_seconds() + SLACK_SECONDS)

    assert codes.keys() == {"listener", "worker", "beat", "api"}


@pytest.mark.slow
def test_a_second_signal_ends_a_process_at_once(machine: Machine) -> None:
    machine.start("listener")

    with machine.locked_database():
        machine.tell_to_stop()
        wait_until(lambda: '"stopping"' in machine.log("listener").read_text(), seconds=START_SECONDS)
        machine.tell_to_stop()
        codes = machine.wait(seconds=SLACK_SECONDS)

    assert codes == {"listener": 128 + signal.SIGTERM}
    assert '"ended_at_once"' in machine.log("listener").read_text()


@pytest.mark.slow
def test_processes_without_work_end_well(machine: Machine) -> None:
    machine.start("listener", "worker", "beat", "api")

    machine.tell_to_stop()
    codes = machine.wait(seconds=DRAIN_SECONDS + ENDED_AFTER_DRAIN.total_seconds() + SLACK_SECONDS)

    assert codes == {"listener": 0, "worker": 0, "beat": 0, "api": 0}
