"""The clock that all processes go by: whatever happens to this machine's own, the database's time is kept."""

from dataclasses import dataclass

import pytest
from pendulum import DateTime

from tests.builders import NOON
from worker.clock import AGAIN_SECONDS, LONGEST_LOOK_SECONDS, LOOK_EVERY_SECONDS, SharedClock
from worker.domain.errors import Unavailable

AN_HOUR = 3600.0


@dataclass
class Machine:
    """A machine with two clocks, a database with one, and how long it takes to ask that."""

    steady: float = 1000.0
    local: float = NOON.timestamp()
    database: DateTime = NOON
    takes: float = 0.0
    looks: int = 0
    is_away: bool = False

    def clock(self) -> SharedClock:
        return SharedClock(self.look, steady=lambda: self.steady, local=lambda: self.local)

    def look(self) -> DateTime:
        self.looks += 1
        if self.is_away:
            raise Unavailable("away")
        self.pass_time(self.takes / 2)
        moment = self.database
        self.pass_time(self.takes / 2)
        return moment

    def pass_time(self, seconds: float, *, asleep: bool = False) -> None:
        self.steady += 0 if asleep else seconds
        self.local += seconds
        self.database = self.database.add(microseconds=round(seconds * 1_000_000))


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.mark.parametrize("wrong_by", [0.0, AN_HOUR, -AN_HOUR])
def test_a_machine_whose_clock_is_wrong_goes_by_the_databases(machine: Machine, wrong_by: float) -> None:
    machine.local += wrong_by

    assert machine.clock().now() == NOON


@pytest.mark.parametrize("jump", [AN_HOUR, -AN_HOUR, 0.5])
def test_a_clock_that_is_set_changes_nothing(machine: Machine, jump: float) -> None:
    clock = machine.clock()
    clock.now()

    machine.pass_time(2)
    machine.local += jump

    assert clock.now() == NOON.add(seconds=2)


def test_a_machine_that_slept_asks_at_once(machine: Machine) -> None:
    clock = machine.clock()
    clock.now()

    machine.pass_time(600, asleep=True)

    assert clock.now() == NOON.add(seconds=600)


def test_the_database_is_asked_now_and_then_and_time_passes_in_between(machine: Machine) -> None:
    clock = machine.clock()
    clock.now()
    machine.pass_time(LOOK_EVERY_SECONDS - 1)
    in_between = clock.now()
    asked = machine.looks

    machine.pass_time(2)
    clock.now()

    assert (in_between, asked, machine.looks) == (NOON.add(seconds=LOOK_EVERY_SECONDS - 1), 1, 2)


def test_the_time_that_a_look_takes_is_known(machine: Machine) -> None:
    machine.takes = LONGEST_LOOK_SECONDS / 2

    now = machine.clock().now()

    assert now == machine.database
    assert machine.looks == 1


def test_a_look_that_takes_long_is_done_again(machine: Machine) -> None:
    machine.takes = 2 * LONGEST_LOOK_SECONDS

    now = machine.clock().now()

    assert machine.looks == 3
    assert now == machine.database


def test_while_the_database_is_away_the_last_look_is_gone_by(machine: Machine) -> None:
    clock = machine.clock()
    clock.now()
    machine.is_away = True
    machine.local -= AN_HOUR

    machine.pass_time(LOOK_EVERY_SECONDS + 5)
    away = [clock.now(), clock.now()]
    machine.pass_time(AGAIN_SECONDS)
    clock.now()

    assert away == [NOON.add(seconds=LOOK_EVERY_SECONDS + 5)] * 2
    assert machine.looks == 3, "it is not asked at each turn"


def test_before_the_first_look_the_machines_own_time_is_gone_by(machine: Machine) -> None:
    machine.is_away = True

    assert machine.clock().now() == NOON
