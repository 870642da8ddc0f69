"""How soon a PUT is obeyed: from its answer to the last originate that it forbids, or the first that it allows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from tests.bench.dialling import prepared
from tests.bench.figures import Figure, quantile
from tests.bench.whole import Shape, Whole
from tests.builders import CAMPAIGN
from tests.stack.postgres import Postgres
from tests.stack.running import START_SECONDS, client
from tests.stack.waiting import wait_until
from worker.simulator.log import Line, concurrent

SHAPE: Final = Shape(leads=20_000, channels=50, call_seconds=0.5, with_api=True)
LOWERED: Final = 5
TIMES: Final = 12
"""Of each kind, in a run."""
DIALS_SECONDS: Final = 0.7
SETTLES_SECONDS: Final = 0.5
EMPTY: Final = 200
MS: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Answered:
    """An edit, and when the client had its answer."""

    kind: str
    at: float


def obey(postgres: Postgres, redis_url: str, *, runs: int) -> list[Figure]:
    """Start, lower, stop, again and again; read from the switch's log what came after each answer."""
    taken = [_run(postgres, redis_url) for _ in range(runs)]
    return [
        Figure(
            bench="obey",
            what=what,
            ours=[MS * quantile(waits[kind], 0.99) for waits, _ in taken],
            limit=[MS * quantile(empty, 0.99) for _, empty in taken],
            held_against="round trip of an empty endpoint",
            target=target,
        )
        for kind, what, target in (
            ("stop", "ms from a stop's answer to the last originate, p99 (0: none came)", "≤ 20 ms"),
            ("lower", "ms from a lowered limit's answer to the last originate above it, p99", "≤ 20 ms"),
            ("start", "ms from a start's answer to the first originate, p99", "≤ 50 ms"),
        )
    ]


def _run(postgres: Postgres, redis_url: str) -> tuple[dict[str, list[float]], list[float]]:
    with (
        prepared(postgres, redis_url, SHAPE) as ready,
        client(port=ready.api_port) as api,
    ):
        wait_until(lambda: _is_up(api), seconds=START_SECONDS)
        empty = [_round_trip(api) for _ in range(EMPTY)]
        _edit(api, times=1)  # processes have caches to fill: the first start takes twice as long
        edits = _edit(api, times=TIMES)
        return _waits(ready, edits), empty


def _is_up(api: httpx.Client) -> bool:
    try:
        return api.get("/health/ready").is_success
    except httpx.TransportError:
        return False


def _round_trip(api: httpx.Client) -> float:
    begun = time.perf_counter()
    api.get("/health/live").raise_for_status()
    return time.perf_counter() - begun


def _edit(api: httpx.Client, *, times: int) -> list[Answered]:
    edits = []
    for _ in range(times):
        for kind, body, pause in (
            ("start", {"status": "start", "concurrent_call": SHAPE.channels}, DIALS_SECONDS),
            ("lower", {"concurrent_call": LOWERED}, DIALS_SECONDS),
            ("stop", {"status": "stop"}, SETTLES_SECONDS + SHAPE.call_seconds),
        ):
            api.put(f"/v3/campaign/{CAMPAIGN}", json=body).raise_for_status()
            edits.append(Answered(kind, time.time()))
            time.sleep(pause)
    return edits


def _waits(ready: Whole, edits: Sequence[Answered]) -> dict[str, list[float]]:
    lines = ready.lines()
    until = [edit.at for edit in edits[1:]] + [time.time()]
    waits: dict[str, list[float]] = {"start": [], "lower": [], "stop": []}
    for edit, end in zip(edits, until, strict=True):
        dials = [line.at for line in lines if line.event == "originated" and edit.at < line.at < end]
        match edit.kind:
            case "start":
                if not dials:
                    raise RuntimeError("a start was not obeyed at all")
                waits["start"].append(min(dials) - edit.at)
            case "stop":
                waits["stop"].append(max(dials, default=edit.at) - edit.at)
            case _:
                waits["lower"].append(_last_above(lines, edit.at, end=end) - edit.at)
    return waits


def _last_above(lines: Sequence[Line], since: float, *, end: float) -> float:
    """Give the moment of the last originate that went above the lowered limit."""
    last, before = since, 0
    for at, up in concurrent(lines):
        if since < at < end and up > before and up > LOWERED:
            last = at
        before = up
    return last
