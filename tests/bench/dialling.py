"""One run of dialling, and what the switch's log says of it: how soon channels are filled, how much they are used."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from typing import Final

from tests.bench.whole import Shape, Whole, whole
from tests.stack.postgres import Postgres
from worker.simulator.log import Line, concurrent, peak

RAMP_SECONDS: Final = 2.0
"""Left out at the beginning: processes have caches to fill."""
LOOK_SECONDS: Final = 0.2


@dataclass(frozen=True)
class Seen:
    """The switch's log of one run, and what fell within the time that counts."""

    lines: Sequence[Line]
    since: float
    until: float
    channels: int

    @property
    def seconds(self) -> float:
        """Give how long was measured."""
        return self.until - self.since

    @property
    def calls_a_second(self) -> float:
        """Count calls that were begun."""
        return sum(self._counts(line) for line in self.lines if line.event == "originated") / self.seconds

    @property
    def pace(self) -> float:
        """Give the steepness of the line through the calls' beginnings, which no burst at either end bends."""
        begun = [line.at for line in self.lines if line.event == "originated" and self._counts(line)]
        return linear_regression(begun, range(len(begun))).slope

    @property
    def refills(self) -> list[float]:
        """Give the seconds between each call's end and the originate that took its place.

        Channels are alike: with all of them taken, the n-th end makes room for the n-th originate after it.
        """
        ends = [line.at for line in self.lines if line.event == "hangup"]
        later = [line.at for line in self.lines if line.event == "originated"][self.channels :]
        return [begun - ended for ended, begun in zip(ends, later, strict=False) if self.since <= ended <= self.until]

    @property
    def usage(self) -> float:
        """Give the share of all channels' time that had a call in it."""
        used, up, before = 0.0, 0, self.since
        for at, count in concurrent(self.lines):
            moment = min(max(at, self.since), self.until)
            used += up * (moment - before)
            up, before = count, moment
        used += up * (self.until - before)
        return used / (self.channels * self.seconds)

    @property
    def peak(self) -> int:
        """Give the most calls at one moment."""
        return peak(self.lines)

    def curve(self) -> list[tuple[float, int]]:
        """Give the calls that were up, by seconds since the first."""
        begun = next((line.at for line in self.lines if line.event == "originated"), 0.0)
        return [(at - begun, count) for at, count in concurrent(self.lines) if at <= self.until]

    def _counts(self, line: Line) -> bool:
        return self.since <= line.at <= self.until


@contextmanager
def prepared(postgres: Postgres, redis_url: str, shape: Shape) -> Iterator[Whole]:
    """Have everything ready to dial, in a database of its own."""
    with tempfile.TemporaryDirectory(prefix="callbeat-bench-") as folder:
        made = whole(Path(folder), database_url=postgres.fresh(), redis_url=redis_url, shape=shape)
        with made as ready:
            yield ready


def dial(postgres: Postgres, redis_url: str, shape: Shape, *, seconds: float) -> Seen:
    """Dial for so long; there must be leads enough."""
    with prepared(postgres, redis_url, shape) as ready:
        return watch(ready, shape, seconds=seconds)


def watch(ready: Whole, shape: Shape, *, seconds: float) -> Seen:
    """Start, let the ramp pass, and give what was seen in the seconds after it."""
    ready.start()
    wait_for_calls(ready)
    since = time.time() + RAMP_SECONDS
    time.sleep(RAMP_SECONDS + seconds)
    seen = Seen(ready.lines(), since, since + seconds, shape.channels)
    if sum(line.event == "originated" for line in seen.lines) >= shape.leads:
        raise RuntimeError(f"{shape.leads} leads were too few: the end of the list was measured")
    return seen


def wait_for_calls(ready: Whole, *, within: float = 15.0) -> None:
    """Wait for the first originate."""
    late = time.monotonic() + within
    while not any(line.event == "originated" for line in ready.lines()):
        if time.monotonic() > late:
            raise RuntimeError("nothing was dialled")
        time.sleep(LOOK_SECONDS)
