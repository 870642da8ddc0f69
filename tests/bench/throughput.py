"""Whole calls a second, beside tasks that do nothing; and what more workers, and task events, make of it."""

import tempfile
from pathlib import Path
from typing import Final

from tests.bench.bare import bare_workers, tasks_a_second
from tests.bench.dialling import dial, prepared, watch
from tests.bench.figures import Figure
from tests.bench.whole import Shape
from tests.stack.postgres import Postgres
from tests.stack.receivers import Receivers

LEADS: Final = 30_000
CHANNELS: Final = 1000
"""More than can be filled: what binds is Callbeat, not its limits."""
SECONDS: Final = 10.0
TASKS: Final = 10_000
PROCESSES: Final = (1, 2, 4)


def throughput(postgres: Postgres, redis_url: str, *, runs: int) -> list[Figure]:
    """Count callbacks that arrived, one for each call, with two workers and one for callbacks."""
    pairs = [(_delivered(postgres, redis_url), _nothing(postgres, redis_url, workers=3)) for _ in range(runs)]
    whole_calls = Figure(
        bench="throughput",
        what="whole calls a second, each with a POST of its own",
        ours=[calls for calls, _ in pairs],
        limit=[tasks for _, tasks in pairs],
        held_against="tasks a second that do nothing, three workers too",
        target="≥ 0.5",
    )
    by_workers = [
        Figure(
            bench="throughput",
            what=f"calls a second without callbacks, workers: {workers}",
            ours=[_dialled(postgres, redis_url, workers=workers) for _ in range(runs)],
        )
        for workers in PROCESSES
    ]
    return [whole_calls, *by_workers, _with_events(postgres, redis_url, runs=runs)]


def _with_events(postgres: Postgres, redis_url: str, *, runs: int) -> Figure:
    pairs = [
        [_dialled(postgres, redis_url, workers=2, task_events=told) for told in (True, False)] for _ in range(runs)
    ]
    return Figure(
        bench="throughput",
        what="calls a second while Flower is told of each task",
        ours=[told for told, _ in pairs],
        limit=[untold for _, untold in pairs],
        held_against="the same without task events",
    )


def _dialled(postgres: Postgres, redis_url: str, *, workers: int, task_events: bool = False) -> float:
    shape = Shape(leads=LEADS, channels=CHANNELS, workers=workers, task_events=task_events)
    return dial(postgres, redis_url, shape, seconds=SECONDS).calls_a_second


def _delivered(postgres: Postgres, redis_url: str) -> float:
    """Give the CDRs that arrived in a second, of all that were under way."""
    with Receivers("good") as receivers:
        shape = Shape(leads=LEADS, channels=CHANNELS, callback_url=receivers.url("good"))
        with prepared(postgres, redis_url, shape) as ready:
            seen = watch(ready, shape, seconds=SECONDS)
        arrived = sum(seen.since <= one.at <= seen.until for one in receivers.of("good"))
    return arrived / seen.seconds


def _nothing(postgres: Postgres, redis_url: str, *, workers: int) -> float:
    with (
        tempfile.TemporaryDirectory(prefix="callbeat-bench-") as folder,
        bare_workers(Path(folder), database_url=postgres.fresh(), redis_url=redis_url, workers=workers) as parts,
    ):
        return tasks_a_second(parts, redis_url=redis_url, tasks=TASKS)
