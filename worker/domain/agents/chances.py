"""The chances that one decision needs, made from a campaign's estimates: answers of ringing calls, agents who are free.

All are asked for the same few moments from now on, ``MOMENTS``. An agent counts as free two seconds later: so long may
a callee wait.
"""

from collections.abc import Sequence
from operator import mul
from typing import Final

from worker.domain.agents.estimates import (
    ASSUMED_FAILURES,
    ASSUMED_PAUSES,
    ASSUMED_TALK_ENDS,
    ASSUMED_WRAP_ENDS,
    ENDED,
    FAILED,
    PAUSED,
    READY_AGAIN,
    Estimates,
)

MOMENTS: Final = (1, 2, 3, 4, 6, 8, 11, 15, 20, 26, 33, 42)
"""Seconds from now at which a new call may be answered; denser where most answers come."""
PATIENCE: Final = 2
"""Seconds from the answer within which a callee has an agent or is abandoned (16 CFR 310.4(b)(4)(ii))."""
LONGEST: Final = MOMENTS[-1] + PATIENCE
HIGHEST_HAZARD: Final = 0.9
"""A raised level never makes an answer certain within a second."""


class Chances:
    """Chances by age, computed when first asked for; made again whenever the estimates change."""

    def __init__(self, estimates: Estimates) -> None:
        """Read the hazards off the estimates, with the answer rate at its present level."""
        level = estimates.level
        answers = [min(HIGHEST_HAZARD, level * one) for one in estimates.answer_hazards()]
        failures = estimates.ring.hazards(ASSUMED_FAILURES, kind=FAILED)
        self._rings, self._answered = _with_competing_ends(answers, failures, length=len(answers) + LONGEST)
        self._talk_ends = estimates.talk.hazards(ASSUMED_TALK_ENDS, kind=ENDED)
        self._talk_width = estimates.talk.width
        self._ready = estimates.wrap.hazards(ASSUMED_WRAP_ENDS, kind=READY_AGAIN)
        self._pauses = estimates.wrap.hazards(ASSUMED_PAUSES, kind=PAUSED)
        _, ready_by = _with_competing_ends(self._ready, self._pauses, length=LONGEST)
        self._wrapped_by = ready_by
        self._ringing: dict[int, tuple[float, ...]] = {}
        self._talking: dict[int, tuple[float, ...]] = {}
        self._wrapping: dict[int, tuple[float, ...]] = {}
        self.answer_times = self._shares_of_answers()

    def answered(self, age: float) -> tuple[float, ...]:
        """Return the chance that a call which has rung for ``age`` seconds is answered by each moment."""
        second = min(int(age), len(self._rings) - LONGEST - 1)
        if second not in self._ringing:
            left, before = self._rings[second], self._answered[second]
            self._ringing[second] = tuple((self._answered[second + t] - before) / left for t in MOMENTS)
        return self._ringing[second]

    def free_after_talk(self, age: float) -> tuple[float, ...]:
        """Return the chance that an agent who has talked for ``age`` seconds is ready within 2 s of each moment."""
        bin_ = min(int(age // self._talk_width), len(self._talk_ends) - 1)
        if bin_ not in self._talking:
            self._talking[bin_] = self._free_after_talk(bin_)
        return self._talking[bin_]

    def free_after_wrap(self, age: float) -> tuple[float, ...]:
        """Return the same for an agent whose last call ended ``age`` seconds ago."""
        second = min(int(age), len(self._ready) - 1)
        if second not in self._wrapping:
            ready, pauses = self._ready[second:], self._pauses[second:]
            _, by = _with_competing_ends(ready, pauses, length=LONGEST)
            self._wrapping[second] = tuple(by[t + PATIENCE] for t in MOMENTS)
        return self._wrapping[second]

    @property
    def mean_answer_moment(self) -> int:
        """Return the index of the first moment that is not before the mean time to an answer."""
        mean = sum(share * t for share, t in zip(self.answer_times, MOMENTS, strict=True))
        return next((index for index, t in enumerate(MOMENTS) if t >= mean), len(MOMENTS) - 1)

    def _shares_of_answers(self) -> tuple[float, ...]:
        """Return the share of a new call's answers that comes between each moment and the one before."""
        by = self.answered(0)
        return tuple((late - early) / by[-1] for early, late in zip((0.0, *by), by, strict=False))

    def _free_after_talk(self, bin_: int) -> tuple[float, ...]:
        left, ends = 1.0, []
        last = len(self._talk_ends) - 1
        for second in range(LONGEST):
            hazard = self._talk_ends[min(bin_ + second // self._talk_width, last)] / self._talk_width
            ends.append(left * hazard)
            left *= 1 - hazard
        return tuple(sum(map(mul, ends, self._wrapped_by[t + PATIENCE - 1 :: -1])) for t in MOMENTS)


def _with_competing_ends(first: Sequence[float], other: Sequence[float], *, length: int) -> tuple[list[float], ...]:
    """Return what has not ended and what has ended the first way before each second, up to ``length``."""
    left, ended = [1.0], [0.0]
    last = len(first) - 1
    for second in range(length):
        bin_ = min(second, last)
        chance = min(first[bin_], 1 - other[bin_])
        ended.append(ended[-1] + left[-1] * chance)
        left.append(left[-1] * max(1e-9, 1 - chance - other[bin_]))
    return left, ended
