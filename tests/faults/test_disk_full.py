"""The disk of a machine with everything on it is full for a while: nothing is lost, and dialling goes on by itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from threading import Event

import pytest
from sqlalchemy import Engine, create_engine

from tests.faults.driver import gathered
from tests.faults.evidence import Evidence
from tests.faults.judge import judge
from tests.faults.office import Office
from tests.faults.rest import Left, come_to_rest, left
from tests.faults.seen import read_logs
from tests.faults.small_disk import copy_database, fill, free, on_small_disk, seen_by, why_not
from tests.stack.addresses import free_port
from tests.stack.environment import SECRET, environment
from tests.stack.operator import Operator
from tests.stack.process import Process
from tests.stack.receiver import Receiver
from tests.stack.running import ONCE, START_SECONDS, Stack, client, running_up, stack_settings, wait_until_ready
from tests.stack.switch import SwitchProcess
from worker.settings import DATABASE_FILE
from worker.simulator.options import SimulatorOptions

SIZE = "40m"
SPEED = 10.0
CLIENT_SECONDS = 20.0
BEFORE_SECONDS = 4.0
FULL_SECONDS = 9.0
STILL_SECONDS = 3.0
"""What was written before is written over first: the last seconds show that the disk is full."""
AFTER_SECONDS = 3.0
RESUMES_WITHIN = 20.0
LOOK_SECONDS = 0.1
LOG = "log"

pytestmark = [pytest.mark.slow(seconds=15), pytest.mark.xdist_group("worlds")]  # a world takes a core: no two at once


@dataclass(frozen=True)
class Machine:
    """`callbeat up` on a small disk, and a switch beside it whose log is elsewhere."""

    stack: Stack
    up: Process
    home: Path

    @property
    def disk(self) -> Path:
        """The home as everybody finds it."""
        return seen_by(self.up.pid, self.home)

    @contextmanager
    def database(self) -> Iterator[Engine]:
        """Give a copy of the database as it is now."""
        copy = self.stack.switch_log.with_name("copy.sqlite3")
        copy_database(self.up.pid, self.home / DATABASE_FILE, to=copy)
        engine = create_engine(f"sqlite:///{copy}")
        try:
            yield engine
        finally:
            engine.dispose()

    def left(self) -> Left:
        """Count what is left to do."""
        with self.database() as engine:
            return left(engine)

    def tend(self) -> None:
        """Look after nothing: `up` does."""

    def wait(self, seconds: float) -> None:
        """Let time pass, in which `up` must not end."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.up.is_alive, self.up.said()
            time.sleep(LOOK_SECONDS)


@dataclass(frozen=True)
class Day:
    """What came of it."""

    evidence: Evidence
    full_from: float
    full_until: float
    is_at_rest: bool
    logs: dict[str, str]


@contextmanager
def running_machine(folder: Path) -> Iterator[Machine]:
    api_port, log, home = free_port(), folder / "switch.jsonl", folder / "home"
    home.mkdir()
    with SwitchProcess(SimulatorOptions(log_path=log, speed=SPEED), log=folder / "switch.log") as switch:
        around = environment(home=home, **stack_settings(switch_url=switch.setting))
        up = running_up(around, log=folder / "up.log", api_port=api_port, flower_port=free_port())
        with (
            replace(up, command=on_small_disk(up.command, folder=home, size=SIZE)) as running,
            Receiver(secret=SECRET) as receiver,
            client(port=api_port, timeout=CLIENT_SECONDS, limits=ONCE) as api,
        ):
            stack = Stack(api, receiver, switch_log=log, environment=around, is_patient=True)
            wait_until_ready(stack, up=running)
            yield Machine(stack, running, home)


@pytest.fixture(scope="module")
def day(redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Dial, fill the disk, free it, and wait until all is at rest; once for all tests."""
    assert redis_server
    if why := why_not():
        pytest.skip(why)
    with running_machine(tmp_path_factory.mktemp("disk")) as machine:
        operator, enough = Operator(machine.stack), Event()
        office = Office(operator, callback_url=machine.stack.receiver.url, chance=Random(1))
        office.set_up()
        thread = office.work(enough)
        machine.wait(BEFORE_SECONDS)
        full_from = time.time()
        assert fill(machine.disk) > 0
        machine.wait(FULL_SECONDS)
        free(machine.disk)
        full_until = time.time()
        machine.wait(AFTER_SECONDS)
        enough.set()
        thread.join(START_SECONDS)
        office.open_all()
        at_rest = come_to_rest(machine.left, tend=machine.tend)
        with machine.database() as engine:
            stack = machine.stack
            lines = read_logs({"": stack.switch_log})
            evidence = gathered(engine, lines=lines, received=stack.receiver.received, office=office)
        logs = {log.name: log.read_text() for log in (machine.disk / LOG).iterdir()}
    return Day(evidence, full_from, full_until, at_rest, logs)


def test_no_promise_was_broken(day: Day) -> None:
    assert judge(day.evidence) == []


def test_it_came_to_rest(day: Day) -> None:
    assert day.is_at_rest


def test_dialling_went_on_by_itself(day: Day) -> None:
    dials = [line.at for line in day.evidence.lines if line.event == "originated"]

    assert any(at < day.full_from for at in dials)
    assert not any(day.full_until - STILL_SECONDS < at < day.full_until for at in dials)
    assert min(at for at in dials if at > day.full_until) < day.full_until + RESUMES_WITHIN


@pytest.mark.parametrize("name", ["listener", "callbacks"])
def test_its_logs_go_on_too(day: Day, name: str) -> None:
    later = time.strftime('{"time":"%Y-%m-%dT%H:%M:%S', time.gmtime(day.full_until))

    lines = [line for log in day.logs if log.startswith(name) for line in day.logs[log].splitlines()]

    assert any(line > later for line in lines)
