"""When no process of a kind worked at all: each was down, and a busy machine took its time to start it again."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Final

import orjson
from pendulum import DateTime

from tests.faults.evidence import Span
from tests.faults.faults import CUTS, Kind
from tests.faults.recovery import Happened

PAIRS: Final = (("worker-1", "worker-2"), ("listener", "listener-2"), ("beat", "beat-2"))
FROZEN: Final = (Kind.FROZEN, Kind.CDRS_FIRST)
READY: Final = " ready."
"""How Celery's word of a worker that has started ends."""
READY_ACTIONS: Final = frozenset({"listening", "post_taken", "post_stood_by"})


def outages(faults: Sequence[Happened], *, starts: Mapping[str, Sequence[float]], home: Path) -> list[Span]:
    """Return the times in which both of a pair were down, from each fault to its process's word that it is ready."""
    down = {
        part: down_times(part, faults, starts=starts[part], ready=ready_times(home / f"{part}.log"))
        for pair in PAIRS
        for part in pair
    }
    both = (
        Span(max(one.since, other.since), min(one.until, other.until))
        for first, second in PAIRS
        for one, other in product(down[first], down[second])
    )
    return [span for span in both if span.since < span.until]


def until_ready(one: Happened, *, starts: Mapping[str, Sequence[float]], home: Path) -> Happened:
    """Return a planned restart with the moment at which one of each pair was ready again; any other fault as it is."""
    if one.fault.kind is not Kind.RESTARTED:
        return one
    ready = [
        min(_next(ready_times(home / f"{part}.log"), after=_next(starts[part], after=one.began_at)) for part in pair)
        for pair in PAIRS
    ]
    return replace(one, ended_at=max(one.ended_at, *ready))


def down_times(part: str, faults: Sequence[Happened], *, starts: Sequence[float], ready: Sequence[float]) -> list[Span]:
    """Return from when to when a part was down or stood still."""
    down = []
    for one in faults:
        if part not in one.fault.targets or one.fault.kind in CUTS:
            continue
        if one.fault.kind in FROZEN:
            down.append(Span(one.began_at, one.ended_at))
        else:
            down.append(Span(one.began_at, _next(ready, after=_next(starts, after=one.began_at))))
    return down


def _next(moments: Sequence[float], *, after: float) -> float:
    place = bisect_right(moments, after)
    return moments[place] if place < len(moments) else float("inf")


def ready_times(log: Path) -> list[float]:
    """Return when the processes that wrote a log were ready, by their log."""
    lines = (orjson.loads(line) for line in log.read_bytes().splitlines() if line.startswith(b"{"))
    return [
        DateTime.fromisoformat(line["time"]).timestamp()
        for line in lines
        if line.get("action") in READY_ACTIONS or line["message"].endswith(READY)
    ]
