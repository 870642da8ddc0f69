"""Two beats, two listeners: one leads, the other takes over within ten seconds; a leader that wakes late is standby."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, select

from tests.stack.callbeat import callbeat, run_callbeat
from tests.stack.environment import environment
from tests.stack.process import Process
from tests.stack.switch import SwitchProcess
from worker.domain.leadership import BEAT, listener_of
from worker.simulator.options import SimulatorOptions
from worker.store.base.tables import leader_leases

PATIENCE_SECONDS = 60.0
"""For processes to start on a busy machine."""
TAKE_OVER_SECONDS = 10.0


@dataclass(frozen=True)
class Pair:
    """Two processes of one kind, and the database in which the leader notes it."""

    command: str
    lease: str
    environment: dict[str, str]
    engine: Engine
    home: Path

    def start(self, name: str) -> Process:
        process = Process(name, callbeat(self.command), self.environment, log=self.home / f"{name}.log")
        process.start()
        return process

    def holder(self) -> UUID | None:
        with self.engine.connect() as connection:
            return connection.scalar(select(leader_leases.c.holder).where(leader_leases.c.name == self.lease))

    def wait_for_another(self, before: UUID | None, *, seconds: float) -> UUID:
        deadline = time.monotonic() + seconds
        while (now := self.holder()) in {None, before}:
            assert time.monotonic() < deadline, f"nobody else has taken the post within {seconds} s"
            time.sleep(0.05)
        assert now is not None
        return now

    def is_told(self, name: str, action: str) -> bool:
        return f'"action":"{action}"' in (self.home / f"{name}.log").read_text()


@pytest.fixture(params=["beat", "listener"])
def pair(request: pytest.FixtureRequest, redis_url: str, tmp_path: Path) -> Iterator[Pair]:
    with SwitchProcess(SimulatorOptions()) as switch:
        around = environment(home=tmp_path, redis_url=redis_url, switch_urls=switch.setting)
        run_callbeat(around, "migrate")
        engine = create_engine(f"sqlite:///{tmp_path / 'callbeat.sqlite3'}")
        post = BEAT if request.param == "beat" else listener_of(switch.url.name)
        yield Pair(request.param, post, around, engine, tmp_path)
        engine.dispose()


@pytest.fixture
def both(pair: Pair) -> Iterator[list[Process]]:
    """Start one, and when it is the leader the other."""
    started = [pair.start("first")]
    pair.wait_for_another(None, seconds=PATIENCE_SECONDS)
    started.append(pair.start("second"))
    _wait_until_told(pair, "second", "post_stood_by", seconds=PATIENCE_SECONDS)
    yield started
    for process in started:
        process.thaw()
        process.kill()


def _wait_until_told(pair: Pair, name: str, action: str, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not pair.is_told(name, action):
        assert time.monotonic() < deadline, f"{name} does not tell of {action}"
        time.sleep(0.05)


@pytest.mark.slow
def test_the_one_that_stands_by_takes_over_from_one_that_is_killed(pair: Pair, both: list[Process]) -> None:
    before = pair.holder()

    both[0].kill()

    pair.wait_for_another(before, seconds=TAKE_OVER_SECONDS)
    _wait_until_told(pair, "second", "post_taken", seconds=TAKE_OVER_SECONDS)


@pytest.mark.slow
def test_a_leader_that_stood_still_finds_another_leader_and_becomes_standby(pair: Pair, both: list[Process]) -> None:
    before = pair.holder()

    both[0].freeze()
    after = pair.wait_for_another(before, seconds=TAKE_OVER_SECONDS)
    both[0].thaw()
    _wait_until_told(pair, "first", "post_lost", seconds=TAKE_OVER_SECONDS)

    assert pair.holder() == after


@pytest.mark.slow
def test_one_that_is_told_to_end_is_replaced_at_once(pair: Pair, both: list[Process]) -> None:
    before = pair.holder()

    both[0].terminate()

    pair.wait_for_another(before, seconds=TAKE_OVER_SECONDS)
    assert both[0].wait(PATIENCE_SECONDS) == 0
