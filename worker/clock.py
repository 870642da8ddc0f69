"""The only reader of the system clock, and the one clock that all processes go by: the database's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

import pendulum
from pendulum import DateTime
from typing_extensions import override

from worker.domain.errors import Unavailable
from worker.ports.dispatch.store import Clock

LOOK_EVERY_SECONDS: Final = 10.0
AGAIN_SECONDS: Final = 1.0
"""How long the last look is gone by after the database could not be asked."""
APART_SECONDS: Final = 0.1
"""How far this machine's two clocks may drift apart before one of them was set, or the machine slept."""
LONGEST_LOOK_SECONDS: Final = 0.2
LOOKS: Final = 3
_MICROSECONDS: Final = 1_000_000


class SystemClock(Clock):
    """The machine's clock."""

    @override
    def now(self) -> DateTime:
        return pendulum.now("UTC")

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What the database's clock said, and what this machine's clocks said in the middle of that look."""

    moment: DateTime
    steady: float
    local: float
    good_for: float

    def holds(self, *, steady: float, local: float) -> bool:
        elapsed = steady - self.steady
        return elapsed < self.good_for and abs(elapsed - (local - self.local)) < APART_SECONDS

    def now(self, *, steady: float) -> DateTime:
        return self.moment.add(microseconds=round((steady - self.steady) * _MICROSECONDS))


class SharedClock(SystemClock):
    """Another clock, asked now and then and kept in between by this machine's steady one, which nobody can set.

    So a machine whose time is set, or is simply wrong, judges windows, recalls and lost calls by the same time as all
    others. Where the other clock cannot be asked, the last look is gone by; before the first, this machine's own time.
    """

    def __init__(
        self,
        look: Callable[[], DateTime],
        *,
        steady: Callable[[], float] = time.monotonic,
        local: Callable[[], float] = time.time,
    ) -> None:
        """``look`` asks the other clock and may raise ``Unavailable``; the others are this machine's clocks."""
        self._look = look
        self._steady = steady
        self._local = local
        self._lock = Lock()
        self._anchor: _Anchor | None = None

    @override
    def now(self) -> DateTime:
        anchor = self._anchor
        if anchor is None or not anchor.holds(steady=self._steady(), local=self._local()):
            with self._lock:
                anchor = self._anchor
                if anchor is None or not anchor.holds(steady=self._steady(), local=self._local()):
                    anchor = self._anchor = self._anew(anchor)
        return anchor.now(steady=self._steady())

    def _anew(self, before: _Anchor | None) -> _Anchor:
        try:
            looks = [self._looked()]
            while looks[-1][0] > LONGEST_LOOK_SECONDS and len(looks) < LOOKS:
                looks.append(self._looked())
        except Unavailable:
            steady, local = self._steady(), self._local()
            moment = pendulum.from_timestamp(local) if before is None else before.now(steady=steady)
            return _Anchor(moment, steady, local, AGAIN_SECONDS)
        return min(looks, key=lambda look: look[0])[1]

    def _looked(self) -> tuple[float, _Anchor]:
        """Look once; give how long it took, and what it says."""
        began = self._steady()
        moment = self._look()
        took = self._steady() - began
        local = self._local() - (self._steady() - began) + took / 2
        return took, _Anchor(moment, began + took / 2, local, LOOK_EVERY_SECONDS)
