"""How soon a channel is filled again, and how much of all channels' time has a call in it."""

import tempfile
from pathlib import Path
from typing import Final

from tests.bench.bare import bare_workers, hops
from tests.bench.dialling import Seen, dial
from tests.bench.figures import Figure, quantile
from tests.bench.whole import Shape
from tests.stack.postgres import Postgres

SMALL: Final = Shape(leads=3_000, channels=50, call_seconds=1.0)
LARGE: Final = Shape(leads=6_000, channels=500, call_seconds=5.0)
SECONDS: Final = 15.0
HOPS: Final = 300
MS: Final = 1000.0


def refill(postgres: Postgres, redis_url: str, *, runs: int) -> list[Figure]:
    """Measure from a call's end on the switch to the originate that takes its channel, beside the bare path."""
    ours, bare = [], []
    for _ in range(runs):
        ours.append(dial(postgres, redis_url, SMALL, seconds=SECONDS).refills)
        bare.append(_bare(postgres, redis_url))
    return [
        Figure(
            bench="refill",
            what=f"ms from a call's end to the next originate in its channel, {name}",
            ours=[MS * quantile(one, share) for one in ours],
            limit=[MS * quantile(one, share) for one in bare],
            held_against="a commit, a message to a task, a commit",
            target=target,
        )
        for name, share, target in (("p50", 0.5, "≤ 12 ms"), ("p99", 0.99, "≤ 40 ms"))
    ]


def usage(postgres: Postgres, redis_url: str, *, runs: int) -> list[Figure]:
    """Measure the share of channel time in use; a peak above the limit is an error, not a figure."""
    return [
        Figure(
            bench="usage",
            what=f"share of channel time in use, {shape.channels} channels of {shape.call_seconds:g} s calls",
            ours=[_usage(dial(postgres, redis_url, shape, seconds=SECONDS)) for _ in range(runs)],
            limit=[1.0] * runs,
            held_against="every channel always in use",
            target=target,
        )
        for shape, target in ((SMALL, "≥ 0.98"), (LARGE, "≥ 0.99"))
    ]


def _usage(seen: Seen) -> float:
    if seen.peak > seen.channels:
        raise RuntimeError(f"{seen.peak} calls in {seen.channels} channels")
    return seen.usage


def _bare(postgres: Postgres, redis_url: str) -> list[float]:
    database_url = postgres.fresh()
    with (
        tempfile.TemporaryDirectory(prefix="callbeat-bench-") as folder,
        bare_workers(Path(folder), database_url=database_url, redis_url=redis_url, workers=1),
    ):
        return hops(database_url=database_url, redis_url=redis_url, count=HOPS)
