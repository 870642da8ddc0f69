"""Runs campaigns through a schedule of faults until everything is at rest, and gathers what the judge wants to see."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Final

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from tests.faults.evidence import Evidence, Stopped, read_rows
from tests.faults.faults import Fault, Kind, Planned
from tests.faults.office import Office
from tests.faults.world import World, running_world
from worker.telephony.simulator.log import Line, read_log

LOOK_SECONDS: Final = 0.05
SETTLE_LOOK_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 150.0
"""How long a run may take to come to rest: a callback that was refused twice comes half a minute later."""
SPEED: Final = 10.0
UNFINISHED: Final = text(
    "SELECT (SELECT count(*) FROM leads WHERE stage <> 'done')"
    " + (SELECT count(*) FROM calls WHERE state IN ('queued', 'dialing', 'ringing', 'answered'))"
    " + (SELECT count(*) FROM deliveries WHERE state = 'pending')"
)


@dataclass(frozen=True, slots=True)
class Happened:
    """A fault that took place, in moments of the clock; and when the switch was next told to dial."""

    fault: Fault
    began_at: float
    ended_at: float
    resumed_at: float | None = None

    @property
    def idle_seconds(self) -> float | None:
        """Give how long after the fault's end the next dial was, if there was one."""
        return None if self.resumed_at is None else self.resumed_at - self.ended_at


@dataclass(frozen=True, slots=True)
class Run:
    """What a run leaves."""

    seed: int
    evidence: Evidence
    faults: Sequence[Happened]
    is_at_rest: bool


def run(planned: Sequence[Planned], *, home: Path, seed: int, seconds: float) -> Run:
    """Set campaigns up, dial them through the faults for so many seconds, and wait until all is at rest."""
    with running_world(home, seed=seed, speed=SPEED) as world, world.client() as api:
        office = Office(api, callback_url=world.receiver.url, chance=Random(seed))
        office.set_up()
        enough = Event()
        thread = office.work(enough)
        faults = _go_through(planned, world=world, seconds=seconds)
        enough.set()
        _tend_while_alive(thread, world=world)
        office.open_all()
        engine = create_engine(world.database_url, pool_pre_ping=True)
        at_rest = _come_to_rest(engine, world=world)
        evidence = _gather(engine, world=world, office=office, faults=faults)
        engine.dispose()
    return Run(seed, evidence, _with_resumption(faults, evidence.lines), at_rest)


def _go_through(planned: Sequence[Planned], *, world: World, seconds: float) -> list[Happened]:
    """Let each fault begin and end at its time, and start again whatever dies meanwhile."""
    began = time.monotonic()
    happened: list[Happened] = []
    for plan in planned:
        _tend_until(began + plan.at, world=world)
        began_at = time.time()
        plan.fault.begin(world)
        _tend_until(time.monotonic() + plan.fault.seconds, world=world)
        plan.fault.end(world)
        happened.append(Happened(plan.fault, began_at, time.time()))
    _tend_until(began + seconds, world=world)
    return happened


def _tend_until(moment: float, *, world: World) -> None:
    while time.monotonic() < moment:
        world.tend()
        time.sleep(LOOK_SECONDS)


def _tend_while_alive(thread: Thread, *, world: World) -> None:
    while thread.is_alive():
        world.tend()
        time.sleep(LOOK_SECONDS)


def _come_to_rest(engine: Engine, *, world: World) -> bool:
    """Wait until no lead waits, no call is up and no callback is to be sent; say whether it came to that in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        _tend_until(time.monotonic() + SETTLE_LOOK_SECONDS, world=world)
        with engine.connect() as connection:
            if connection.execute(UNFINISHED).scalar_one() == 0:
                return True
    return False


def _gather(engine: Engine, *, world: World, office: Office, faults: Sequence[Happened]) -> Evidence:
    frozen = [one for one in faults if (one.fault.kind, one.fault.target) == (Kind.FROZEN, "switch")]
    return Evidence(
        over_at=time.time(),
        lines=tuple(read_log(world.switch_log)),
        received=tuple(world.receiver.received),
        rows=read_rows(engine),
        edits=tuple(office.edits),
        listings=tuple(office.listings),
        switch_stopped=tuple(Stopped(since=one.began_at, until=one.ended_at) for one in frozen),
        imported=office.imported,
    )


def _with_resumption(faults: Sequence[Happened], lines: Sequence[Line]) -> list[Happened]:
    """Note for each fault the first dial after its end, if that came before the next fault."""
    dials = [line.at for line in lines if line.event == "originated"]
    nexts = [one.began_at for one in faults[1:]] + [float("inf")]
    return [
        replace(one, resumed_at=next((at for at in dials if one.ended_at <= at < next_began), None))
        for one, next_began in zip(faults, nexts, strict=True)
    ]
