"""The request to stop, and the time that it leaves."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from pendulum import Duration

from worker.domain.errors import Unavailable
from worker.stopping import NOTICE, Stop, check_not_stopping, notice_of_stop


@dataclass
class Steady:
    """A monotonic clock that a test moves."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


def a_stop(clock: Steady, *, drain: int = 30) -> Stop:
    return Stop(drain=Duration(seconds=drain), steady=clock)


def told(stop: Stop) -> tuple[bool, float, bool]:
    return stop.is_requested, stop.seconds_left, stop.is_over


def test_the_drain_time_runs_from_the_first_request() -> None:
    clock = Steady()
    stop = a_stop(clock)
    clock.seconds += 50
    before = told(stop)

    stop.request()
    clock.seconds += 10
    stop.request()

    assert (before, told(stop)) == ((False, 30, False), (True, 20, False))


def test_it_is_over_when_nothing_is_left() -> None:
    clock = Steady()
    stop = a_stop(clock)
    stop.request()

    clock.seconds += 31

    assert told(stop) == (True, 0, True)


def test_a_drain_time_of_zero_is_over_with_the_request_and_not_before() -> None:
    stop = a_stop(Steady(), drain=0)
    before = told(stop)

    stop.request()

    assert (before, told(stop)) == ((False, 0, False), (True, 0, True))


def test_a_wait_ends_with_the_drain_time() -> None:
    stop = a_stop(Steady(), drain=0)
    stop.request()

    stop.wait(3600)

    assert stop.is_over


def test_the_notice_of_a_stop_is_there_while_the_home_stops_and_leaves_nothing_behind(tmp_path: Path) -> None:
    check_not_stopping(tmp_path)

    with notice_of_stop(tmp_path), pytest.raises(Unavailable, match="stopping"):
        check_not_stopping(tmp_path)

    check_not_stopping(tmp_path)
    assert (tmp_path / NOTICE).exists(), "only its lock counts, which ends with the process that holds it"
