"""How many calls a second one switch is told of: by the whole system, and by a loop that does nothing else."""

from typing import Final

from tests.bench.bare import originates_a_second
from tests.bench.dialling import dial
from tests.bench.figures import Figure
from tests.bench.servers import Postgres
from tests.bench.whole import Shape

RATES: Final = (50, 100, 150)
"""A FreeSWITCH on two cores takes about 150 calls a second before its replies come late."""
SECONDS: Final = 10.0


def one_switch(postgres: Postgres, redis_url: str, *, runs: int) -> list[Figure]:
    """Dial at a carrier's calls per second, beside the bare loop at the same pace."""
    figures = []
    for rate in RATES:
        shape = Shape(leads=40 * rate, channels=4 * rate, call_seconds=1.0, calls_per_second=rate)
        pairs = [
            (
                dial(postgres, redis_url, shape, seconds=SECONDS).calls_a_second,
                originates_a_second(calls=round(rate * SECONDS), per_second=rate),
            )
            for _ in range(runs)
        ]
        figures.append(
            Figure(
                bench="switch",
                what=f"calls a second at calls_per_second {rate}",
                ours=[ours for ours, _ in pairs],
                limit=[bare for _, bare in pairs],
                held_against="bgapi originate in a loop on one socket, same pace",
                target="≥ 0.95",
            )
        )
    return figures
