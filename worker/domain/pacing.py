"""A carrier's calls per second, spread: how many calls may begin now, and when the next ones may.

Two windows bound the calls: N in a second, and a tenth of N, rounded up, plus one in a tenth of a second. Inside the
windows calls are spaced by 1/N. Times are integers in microseconds of one clock, the rate limiter's.

``coordination/rate.lua`` decides the same in one atomic step; ``tests/contracts/test_rate.py`` compares the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from worker.domain.timing import BURST_TOKEN_RETURNS, DIAL_TAKES, PACED_AHEAD, TOKEN_RETURNS

MICROSECONDS: Final = 1_000_000
LONGEST_TENTH_MICROS: Final = 150_000
CATCH_UP_MICROS: Final = 20_000
"""Calls that were late by up to this much follow without their space, so that a late worker costs no calls."""

TAKEN_AHEAD_MICROS: Final = 20_000
"""A token is given out this long before its time at most: the worker waits, and need not ask again."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``calls`` calls in any period of ``micros`` microseconds."""

    calls: int
    micros: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How the calls of one carrier are spread: its windows, longest first, and the space between two calls."""

    windows: tuple[Window, ...]
    spacing_micros: int


def pace_of(per_second: int) -> Pace:
    """Return how so many calls per second are spread; at least 1.

    A tenth of a second is kept for longer than it lasts, up to half as long again, as far as the whole rate stays
    within reach of a worker whose dials take ``DIAL_TAKES``: a busy switch begins calls a little after it has
    accepted them.
    """
    in_a_tenth = -(-per_second // 10) + 1
    spare = in_a_tenth * MICROSECONDS // per_second - _micros(DIAL_TAKES.total_seconds())
    shortest = _micros(BURST_TOKEN_RETURNS.total_seconds())
    return Pace(
        windows=(
            Window(per_second, _micros(TOKEN_RETURNS.total_seconds())),
            Window(in_a_tenth, min(max(spare, shortest), LONGEST_TENTH_MICROS)),
        ),
        spacing_micros=MICROSECONDS // per_second,
    )


def calls_ahead(per_second: int) -> int:
    """Return how many calls a carrier should have queued: those that may begin before the next plan, at least one."""
    return max(1, -(-per_second * _micros(PACED_AHEAD.total_seconds()) // MICROSECONDS))


def may_begin(pace: Pace, begun: Sequence[int], *, now: int) -> int:
    """Return how many calls may begin now.

    ``begun`` holds the time at which each earlier call counts as begun: in the future while its dial is unconfirmed.
    """
    return max(0, min(window.calls - sum(at + window.micros > now for at in begun) for window in pace.windows))


def next_begin(pace: Pace, begun: Sequence[int], *, now: int) -> int:
    """Return the first time at which a call may begin; a call whose dial is unconfirmed counts as begun now."""
    return next_sure_begin(pace, [min(at, now) for at in begun], now=now)


def next_sure_begin(pace: Pace, begun: Sequence[int], *, now: int) -> int:
    """Return the first time at which a call may begin, however late unconfirmed dials are confirmed."""
    times = sorted(begun)
    return max([now, *(times[-window.calls] + window.micros for window in pace.windows if len(times) >= window.calls)])


@dataclass(frozen=True, slots=True)
class Reserved:
    """The times that were given to calls that have not begun, and the latest time that was given at all."""

    times: Sequence[int] = ()
    spaced_to: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Times for the next calls, the first time that is still free after them, and where the spacing goes on."""

    times: tuple[int, ...]
    next_free: int
    spaced_to: int


def schedule(pace: Pace, begun: Sequence[int], *, ahead: Reserved, now: int, until: int, most: int) -> Schedule:
    """Return the times at which up to ``most`` calls may begin before ``until``."""
    times = sorted([*(min(at, now) for at in begun), *ahead.times])
    spaced_to = ahead.spaced_to
    given: list[int] = []
    while True:
        spaced = max(spaced_to + pace.spacing_micros, now - CATCH_UP_MICROS)
        full = [times[-window.calls] + window.micros for window in pace.windows if len(times) >= window.calls]
        free = max([spaced, *full])
        if free >= until or len(given) == most:
            return Schedule(tuple(given), free, spaced_to)
        spaced_to = free
        given.append(max(free, now))
        times.append(max(free, now))


def _micros(seconds: float) -> int:
    return round(seconds * MICROSECONDS)
