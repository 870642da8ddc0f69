"""How many calls a second one switch is told of: by the whole system, and by a loop that does nothing else."""

from typing import Final

from tests.bench.bare import originates_a_second
from tests.bench.dialling import dial
from tests.bench.figures import Figure
from tests.bench.whole import Shape
from tests.stack.postgres import Postgres

RATES: Final = (50, 100, 150)
"""A FreeSWITCH on two cores takes about 150 calls a second before its replies come late."""
SECONDS: Final = 10.0
LIMITED_SECONDS: Final = 20.0
"""Each second has the same number of calls at a carrier's limit: it takes many seconds for the pace to be seen."""


def one_switch(postgres: Postgres, redis_url: str, *, runs: int) -> list[Figure]:
    """Dial as fast as so many channels of one-second calls allow, then at a carrier's limit, beside the bare loop."""
    by_channels = [
        _beside_the_loop(postgres, redis_url, shape=_shape(channels=rate), rate=rate, seconds=SECONDS, runs=runs)
        for rate in RATES
    ]
    fastest = max(RATES)
    limited = _shape(channels=4 * fastest, limit=fastest)
    return [
        *by_channels,
        _beside_the_loop(postgres, redis_url, shape=limited, rate=fastest, seconds=LIMITED_SECONDS, runs=runs),
    ]


def _shape(*, channels: int, limit: int = 0) -> Shape:
    return Shape(leads=60 * (limit or channels), channels=channels, call_seconds=1.0, calls_per_second=limit)


def _beside_the_loop(
    postgres: Postgres, redis_url: str, *, shape: Shape, rate: int, seconds: float, runs: int
) -> Figure:
    pairs = [
        (
            dial(postgres, redis_url, shape, seconds=seconds).pace,
            originates_a_second(calls=round(rate * SECONDS), per_second=rate),
        )
        for _ in range(runs)
    ]
    limited = f"calls_per_second {rate}" if shape.calls_per_second else "each a second long"
    return Figure(
        bench="switch",
        what=f"calls a second, {shape.channels} channels, {limited}",
        ours=[ours for ours, _ in pairs],
        limit=[bare for _, bare in pairs],
        held_against=f"bgapi originate in a loop on one socket, at {rate} a second",
        target="≥ 0.97" if shape.calls_per_second else "≥ 0.95",
    )
