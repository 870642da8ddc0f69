"""What each process holds in memory after many calls, beside what it held after the first thousand."""

import time
from typing import Final

from tests.bench.dialling import LOOK_SECONDS, prepared
from tests.bench.figures import Figure
from tests.bench.whole import Shape, Whole
from tests.stack.postgres import Postgres
from tests.stack.receivers import Receivers

CALLS: Final = 100_000
FIRST: Final = 1_000
MOST_SECONDS: Final = 1_500.0


def memory(postgres: Postgres, redis_url: str, *, runs: int) -> list[Figure]:
    """Dial a hundred thousand calls, once however many runs there are: growth is what is looked for."""
    del runs
    with Receivers("good") as receivers:
        shape = Shape(leads=CALLS, channels=300, call_seconds=0.5, callback_url=receivers.url("good"))
        with prepared(postgres, redis_url, shape) as ready:
            ready.start()
            early = _peaks(ready, receivers, until=FIRST)
            peaks = _peaks(ready, receivers, until=CALLS)
    return [
        Figure(
            bench="memory",
            what=f"MiB of {name} at its peak in {CALLS:,} calls".replace(",", " "),
            ours=[peaks[name]],
            limit=[early[name]],
            held_against=f"at its peak in the first {FIRST:,}".replace(",", " "),
            target="≤ 1.1, a worker under 120 MiB",
        )
        for name in peaks
    ]


def _peaks(ready: Whole, receivers: Receivers, *, until: int) -> dict[str, float]:
    peaks: dict[str, float] = {}
    late = time.monotonic() + MOST_SECONDS
    while len(receivers.taken) < until:
        if time.monotonic() > late:
            raise RuntimeError(f"only {len(receivers.taken)} of {until} calls in {MOST_SECONDS:g} s")
        for name, megabytes in ready.megabytes().items():
            peaks[name] = max(megabytes, peaks.get(name, 0.0))
        time.sleep(LOOK_SECONDS)
    return peaks
