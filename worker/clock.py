"""The only place that reads the system clock, and the clock that all processes share: the database's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

import pendulum
from pendulum import DateTime
from typing_extensions import override

from worker.domain.errors import Unavailable
from worker.ports.dispatch.clock import Clock

LOOK_EVERY_SECONDS: Final = 10.0
"""How long a reading of the database's clock is used before the next one."""
AGAIN_SECONDS: Final = 1.0
"""How long to use the last reading when the database is unreachable, before asking again."""
APART_SECONDS: Final = 0.1
"""If this machine's wall clock and monotonic clock differ by more, one was set or the machine was suspended."""
LONGEST_LOOK_SECONDS: Final = 0.2
"""A slower reading is repeated: half its time is the possible error."""
LOOKS: Final = 3
"""At most; the fastest reading counts."""
_MICROSECONDS: Final = 1_000_000


class SystemClock(Clock):
    """The clock of this machine."""

    @override
    def now(self) -> DateTime:
        return pendulum.now("UTC")

    def ahead_seconds(self) -> float:
        """Return how far this machine's clock is ahead of the one that all processes share."""
        return 0.0

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """One reading of the database's clock, with this machine's clocks at the middle of the reading."""

    moment: DateTime
    steady: float
    local: float
    valid_seconds: float

    def is_valid(self, *, steady: float, local: float) -> bool:
        elapsed = steady - self.steady
        return elapsed < self.valid_seconds and abs(elapsed - (local - self.local)) < APART_SECONDS

    def now(self, *, steady: float) -> DateTime:
        return self.moment.add(microseconds=round((steady - self.steady) * _MICROSECONDS))


class SharedClock(SystemClock):
    """Another clock, read every 10 seconds and continued in between by this machine's monotonic clock.

    So a machine whose clock is wrong or is set uses the same time as all others for windows, recalls and lost calls.
    When the other clock cannot be read, the last reading is continued; before the first one, this machine's time is
    used.
    """

    def __init__(
        self,
        look: Callable[[], DateTime],
        *,
        steady: Callable[[], float] = time.monotonic,
        local: Callable[[], float] = time.time,
    ) -> None:
        """``look`` reads the other clock and may raise ``Unavailable``; ``steady`` and ``local`` are this machine's."""
        self._look = look
        self._steady = steady
        self._local = local
        self._lock = Lock()
        self._anchor: _Anchor | None = None

    @override
    def now(self) -> DateTime:
        anchor = self._anchor
        if anchor is None or not anchor.is_valid(steady=self._steady(), local=self._local()):
            with self._lock:
                anchor = self._anchor
                if anchor is None or not anchor.is_valid(steady=self._steady(), local=self._local()):
                    anchor = self._anchor = self._read_again(anchor)
        return anchor.now(steady=self._steady())

    @override
    def ahead_seconds(self) -> float:
        return self._local() - self.now().timestamp()

    def _read_again(self, before: _Anchor | None) -> _Anchor:
        try:
            readings = [self._read_once()]
            while readings[-1][0] > LONGEST_LOOK_SECONDS and len(readings) < LOOKS:
                readings.append(self._read_once())
        except Unavailable:
            steady, local = self._steady(), self._local()
            moment = pendulum.from_timestamp(local) if before is None else before.now(steady=steady)
            return _Anchor(moment, steady, local, AGAIN_SECONDS)
        return min(readings, key=lambda reading: reading[0])[1]

    def _read_once(self) -> tuple[float, _Anchor]:
        """Read the other clock once; return the seconds that this took, and the anchor."""
        began = self._steady()
        moment = self._look()
        took = self._steady() - began
        local = self._local() - (self._steady() - began) + took / 2
        return took, _Anchor(moment, began + took / 2, local, LOOK_EVERY_SECONDS)
