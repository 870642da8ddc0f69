"""Processes that name different switches: one is added, respelled and removed while calls are up."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

import pytest

from tests.builders import add_leads, fill_store, stored_settings, viettel
from tests.integration.dispatching import dialled_twice, wait_for_dials
from tests.stack.callbeat import callbeat, worker_command
from tests.stack.environment import environment
from tests.stack.operator import most_up
from tests.stack.process import Process
from tests.stack.switch import SwitchProcess
from tests.stack.waiting import wait_until
from worker.cli.process_list import QUICK_QUEUES
from worker.simulator.options import SimulatorOptions
from worker.store.transaction import SqlStore

CHANNELS: Final = 8
LEADS: Final = 400
START_SECONDS: Final = 60.0
SPEED: Final = 0.5
"""A call lasts eight seconds: longer than it takes a new listener to judge calls that the one before it heard."""
READY: Final = {"beat": "post_", "listener": "post_", "worker": "ready."}
"""What a process writes when it works."""


class Machine:
    """Processes with an environment of their own, on the database and the broker of all."""

    def __init__(self, name: str, folder: Path, **settings: str) -> None:
        self._name, self._folder = name, folder
        self._around = environment(home=folder / name, **settings)
        self._processes: list[Process] = []

    def start(self, *parts: str) -> None:
        """Start parts together, and wait until each works."""
        new = [self._process(part) for part in parts]
        for process in new:
            process.start()
        self._processes += new
        for process in new:
            self._wait_until_ready(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """Kill all its processes, as a machine does that loses its power."""
        for process in self._processes:
            process.kill()
        self._processes.clear()

    def _process(self, part: str) -> Process:
        log = self._folder / f"{self._name}-{part}.log"
        command = worker_command(self._name, queues=QUICK_QUEUES) if part == "worker" else callbeat(part)
        return Process(part, command, self._around, log=log)

    def _wait_until_ready(self, process: Process) -> None:
        def is_ready() -> bool:
            assert process.is_alive, process.said()
            return READY[process.name] in process.said()

        wait_until(is_ready, seconds=START_SECONDS)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[SwitchProcess, SwitchProcess]]:
    logs = [tmp_path / "first.jsonl", tmp_path / "second.jsonl"]
    first, second = (SimulatorOptions(log_path=log, by_last_digit=True, spread=0.2, speed=SPEED) for log in logs)
    with SwitchProcess(first) as one, SwitchProcess(second) as other:
        yield one, other


@pytest.mark.slow(seconds=30)
def test_switches_that_only_some_processes_name_keep_their_calls(
    postgres_store: SqlStore,
    postgres_url: str,
    redis_url: str,
    pair: tuple[SwitchProcess, SwitchProcess],
    tmp_path: Path,
) -> None:
    first, second = pair
    settings = stored_settings(
        concurrent_call=CHANNELS, recall_times=2, recall_status=("failed",), schedule_recall="after"
    )
    fill_store(postgres_store, settings)
    add_leads(postgres_store, [f"{number[:-1]}0" for number in viettel(10 * LEADS)[::10]])
    respelled = first.setting.replace("127.0.0.1", "localhost")
    common = {"database_url": postgres_url, "redis_url": redis_url}
    with (
        Machine("old", tmp_path, switch_urls=first.setting, **common) as old,
        Machine("ears", tmp_path, switch_urls=first.setting, **common) as ears,
        Machine("new", tmp_path, switch_urls=f"{respelled},{second.setting}", **common) as new,
        Machine("last", tmp_path, switch_urls=respelled, **common) as last,
    ):
        old.start("worker", "beat")
        ears.start("listener")
        wait_for_dials(first, count=CHANNELS)

        new.start("worker", "listener")  # adds a switch, and spells the known one in another way
        wait_for_dials(second, count=CHANNELS // 2)

        ears.kill()
        new.kill()  # no process names the second switch any longer, which has calls up
        removed_at = time.time()
        last.start("listener")
        for switch in pair:
            wait_for_dials(switch, count=CHANNELS // 2, since=removed_at)

    assert dialled_twice(first, second) == set()
    assert most_up(sorted((line for switch in pair for line in switch.log()), key=lambda line: line.at)) <= CHANNELS
