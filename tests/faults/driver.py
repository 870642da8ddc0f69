"""Runs campaigns through a schedule of faults until everything is at rest, and gathers what the judge wants to see."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Final
from uuid import UUID

import orjson
from pendulum import DateTime
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import Engine

from tests.faults.evidence import Evidence, Span, Stopped, read_rows
from tests.faults.faults import CUTS, Fault, Kind
from tests.faults.hindrances import callbacks_hindered, hindered, unwell
from tests.faults.hosts import Hosts
from tests.faults.neighbour import TOO_MANY, Neighbour
from tests.faults.office import STEADY, Office
from tests.faults.outages import down_times, outages, ready_times, until_ready
from tests.faults.recovery import Happened, Traces, dials_by_gateway, due_spans
from tests.faults.rest import come_to_rest, left, told
from tests.faults.schedule import Planned, duration
from tests.faults.seen import Seen, read_logs
from tests.faults.spoken import Caller
from tests.faults.switchboard import SWITCHES
from tests.faults.world import LONGEST_CALL_SECONDS, World, running_world
from tests.stack.operator import Operator
from tests.stack.receiver import BROKEN, Received
from worker.store.base.callback_tables import event_subscriptions

LOOK_SECONDS: Final = 0.05
EFFECT_PATIENCE_SECONDS: Final = 30.0
AWAITED: Final = CUTS | {Kind.CDRS_DOUBLED, Kind.MESSAGES_DOUBLED}
SPEED: Final = 10.0
LAST_SECONDS: Final = 12.0
"""No leads are imported at the end: the steady campaigns have enough, and the others fewer to be waited for."""
SETTLED: Final = "call_finished"


@dataclass(frozen=True, slots=True)
class Run:
    """What a run leaves."""

    seed: int
    evidence: Evidence
    faults: Sequence[Happened]
    traces: Traces
    is_at_rest: bool
    rest: str
    """What was left at the end, and how long coming to rest took."""
    cuts: int
    """Connections to the switch that were cut where it was asked for."""
    copies: int
    """Messages that were sent again."""
    doubled_cdrs: int
    """CDRs that were posted twice."""
    too_many: int
    """Requests of the second tenant that were refused because it had sent, or stored, too many."""


def run(
    planned: Sequence[Planned],
    *,
    home: Path,
    seed: int,
    seconds: float = 0.0,
    hosts: Hosts | None = None,
    is_pooled: bool = False,
) -> Run:
    """Set campaigns up, dial them through all faults, for so many seconds at least, and wait until all is at rest."""
    with running_world(home, seed=seed, speed=SPEED, hosts=hosts, is_pooled=is_pooled) as world:
        office = Office(Operator(world.stack), callback_url=world.stack.receiver.url, chance=Random(seed))
        office.set_up()
        neighbour = world.neighbour()
        neighbour.set_up()
        caller = Caller(Operator(world.stack), callback_url=world.stack.receiver.url, chance=Random(seed))
        caller.set_up()
        enough = Event()
        lasts = max(seconds, duration(planned))
        threads = [office.work(enough, imports_for=lasts - LAST_SECONDS), neighbour.work(enough), caller.work(enough)]
        faults = _go_through(planned, world=world, seconds=lasts)
        enough.set()
        for thread in threads:
            _tend_while_alive(thread, world=world)
        over_at = time.monotonic()
        office.open_all()
        caller.open_all()
        engine = create_engine(world.database_url, pool_pre_ping=True)
        at_rest = come_to_rest(partial(left, engine), tend=world.tend, is_done=world.is_second_source_done)
        rest = f"{told(left(engine))}; coming to rest took {time.monotonic() - over_at:.0f} s"
        starts = {name: part.starts for name, part in world.parts.items()}
        faults = [until_ready(one, starts=starts, home=home) for one in faults]
        seen = _gathered(
            engine, world=world, office=office, faults=faults, outages=outages(faults, starts=starts, home=home)
        )
        down = down_times("callbacks", faults, starts=starts["callbacks"], ready=ready_times(home / "callbacks.log"))
        seen = replace(seen, callbacks_hindered=callbacks_hindered(faults, down=down))
        evidence = _with_caller(_with_neighbour(seen, neighbour, engine=engine), caller, world=world)
        traces = _traces(evidence, world=world, office=office, home=home)
        engine.dispose()
        return Run(
            seed,
            evidence,
            faults,
            traces,
            at_rest,
            rest,
            cuts=len(world.relay.cuts),
            copies=world.doubling.copies,
            doubled_cdrs=world.cdr_relay.doubled,
            too_many=neighbour.statuses[TOO_MANY],
        )


def _go_through(planned: Sequence[Planned], *, world: World, seconds: float) -> list[Happened]:
    """Let each fault begin and end at its time, and start again whatever dies meanwhile."""
    start = time.monotonic()
    began: dict[int, float] = {}
    marks: dict[int, int] = {}
    happened: list[Happened] = []
    steps = [step for number, plan in enumerate(planned) for step in ((plan.at, number), (plan.until, number))]
    for moment, number in sorted(steps):
        _tend_until(start + moment, tend=world.tend)
        fault = planned[number].fault
        if number not in began:
            began[number], marks[number] = time.time(), _taken_effect(world, fault.kind)
            fault.begin(world)
        else:
            if fault.kind in AWAITED:
                _tend_until_effect(world, fault.kind, since=marks[number])
            fault.end(world)
            happened.append(Happened(fault, began[number], _over_at(fault, began[number], world=world)))
    _tend_until(start + seconds, tend=world.tend)
    return sorted(happened, key=lambda one: one.began_at)


def _over_at(fault: Fault, began_at: float, *, world: World) -> float:
    """Tell when a fault was over: a cut when it was made, anything else now."""
    cuts = [at for at in world.relay.cuts if at >= began_at] if fault.kind in CUTS else []
    return next(iter(cuts), time.time())


def _tend_until(moment: float, *, tend: Callable[[], None]) -> None:
    while time.monotonic() < moment:
        tend()
        time.sleep(LOOK_SECONDS)


def _taken_effect(world: World, kind: Kind) -> int:
    """Count what such a fault has done: connections it cut, or what it sent twice."""
    match kind:
        case Kind.CDRS_DOUBLED:
            return world.cdr_relay.doubled
        case Kind.MESSAGES_DOUBLED:
            return world.doubling.copies
        case _:
            return len(world.relay.cuts)


def _tend_until_effect(world: World, kind: Kind, *, since: int) -> None:
    """Wait a little longer for what is to be cut or doubled, which may be rare on a busy machine."""
    deadline = time.monotonic() + EFFECT_PATIENCE_SECONDS
    while time.monotonic() < deadline and _taken_effect(world, kind) == since:
        world.tend()
        time.sleep(LOOK_SECONDS)


def _tend_while_alive(thread: Thread, *, world: World) -> None:
    while thread.is_alive():
        world.tend()
        time.sleep(LOOK_SECONDS)


def gathered(engine: Engine, *, lines: Sequence[Seen], received: Sequence[Received], office: Office) -> Evidence:
    """Bring together what everybody has seen."""
    return Evidence(
        over_at=time.time(),
        lines=tuple(lines),
        received=tuple(received),
        rows=read_rows(engine),
        edits=tuple(office.edits),
        listings=tuple(office.listings),
        imported=office.imported,
    )


def _gathered(
    engine: Engine, *, world: World, office: Office, faults: Sequence[Happened], outages: Sequence[Span]
) -> Evidence:
    """Bring together what everybody has seen, and what befell the switches."""
    logs = {switch.part: switch.log for switch in world.switches.values()}
    lines = read_logs(logs, kills={name: world.parts[name].kills for name in SWITCHES})
    seen = gathered(engine, lines=lines, received=world.stack.receiver.received, office=office)
    frozen = [one for one in faults if one.fault.kind is Kind.FROZEN and one.fault.target in SWITCHES]
    return replace(
        seen,
        switch_stopped=tuple(
            Stopped(since=one.began_at, until=one.ended_at, switch=one.fault.target) for one in frozen
        ),
        clock_set=clocks_set(faults),
        switches=SWITCHES,
        posted=tuple(world.cdr_relay.posted),
        hindered=hindered(faults, outages=outages),
        unwell=unwell(faults),
        steady=tuple(office.campaigns[name] for name in STEADY),
        longest_call=LONGEST_CALL_SECONDS,
        speed=SPEED,
    )


def _with_neighbour(evidence: Evidence, neighbour: Neighbour, *, engine: Engine) -> Evidence:
    """Return the evidence with what the second tenant did, and what it has stored."""
    mine = event_subscriptions.c.tenant_id == UUID(neighbour.tenant)
    with engine.connect() as connection:
        stored = connection.execute(select(func.count()).select_from(event_subscriptions).where(mine)).scalar_one()
    return replace(
        evidence,
        edits=(*evidence.edits, *neighbour.edits),
        imported={**evidence.imported, **neighbour.imported},
        broken_url=f"{neighbour.callbacks}/{BROKEN}",
        hoards=neighbour.hoards(stored),
    )


def _with_caller(evidence: Evidence, caller: Caller, *, world: World) -> Evidence:
    """Return the evidence with what callees heard."""
    return replace(
        evidence,
        edits=(*evidence.edits, *caller.edits),
        imported={**evidence.imported, **caller.imported},
        speech=world.voice.speech(caller, database_url=world.stack.database_url, switches=world.switches),
    )


def clocks_set(faults: Sequence[Happened]) -> dict[str, tuple[float, ...]]:
    """Return when the clock of each switch was set, by its name."""
    moments: defaultdict[str, list[float]] = defaultdict(list)
    for one in faults:
        if one.fault.kind in {Kind.SWITCH_AHEAD, Kind.SWITCH_BEHIND}:
            moments[one.fault.target] += [one.began_at, one.ended_at]
    return {switch: tuple(found) for switch, found in moments.items()}


def _traces(evidence: Evidence, *, world: World, office: Office, home: Path) -> Traces:
    return Traces(
        dials=dials_by_gateway(evidence),
        due=due_spans(evidence, steady=[office.campaigns[name] for name in STEADY]),
        settled=sorted(moment for log in home.glob("listener*.log") for moment in _settled(log)),
        ticks=list(world.ticks.moments),
    )


def _settled(log: Path) -> list[float]:
    """Give when a listener ended calls, by its log."""
    told = (orjson.loads(line) for line in log.read_bytes().splitlines() if SETTLED.encode() in line)
    return [DateTime.fromisoformat(each["time"]).timestamp() for each in told if each.get("action") == SETTLED]
