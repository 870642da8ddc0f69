"""When a campaign will have called everybody: a forecast from its pace, its answer rate and its windows."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Final

from pendulum import DateTime

from worker.domain.window import Windows

STEP_MINUTES: Final = 10
"""How finely windows are walked through; a forecast is no better than that."""
MOST_STEPS: Final = 20 * 24 * 6
"""Twenty days of open windows; what takes longer has no forecast."""


ASSUMED_SECONDS: Final = 45.0
"""Of a channel for each call, ringing included, while no call tells: most people answer, refuse or give up before."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the last lead will be done: if each needs one more call, as calls go now, and if none ever answers."""

    earliest: DateTime | None
    likely: DateTime | None
    latest: DateTime | None


def forecast_finish(
    *, leads: int, most_calls: int, per_minute: float, answer_rate: float, windows: Windows, now: DateTime
) -> Forecast | None:
    """Return the forecast; None when nobody waits or nobody is called, since there is no pace then.

    ``most_calls`` is how often a lead may be called, ``answer_rate`` the share of calls that end a lead.
    """
    if not leads or per_minute <= 0:
        return None
    minute = now.start_of("minute")

    def after(calls_for_each: float) -> DateTime | None:
        return open_after(windows, steps=ceil(leads * calls_for_each / per_minute / STEP_MINUTES), since=minute)

    return Forecast(after(1), after(calls_for_one(most_calls, answer_rate=answer_rate)), after(most_calls))


def expected_pace(*, channels: int, seconds: float, calls_per_second: int) -> float:
    """Return calls a minute when all channels are always busy; ``calls_per_second`` is the carrier's limit, 0 for none.

    ``seconds`` is how long a call holds its channel.
    """
    busy = 60 * channels / seconds
    return min(busy, 60.0 * calls_per_second) if calls_per_second else busy


def calls_for_one(most_calls: int, *, answer_rate: float) -> float:
    """Return how many calls a lead needs on average when each ends it with the same chance."""
    if answer_rate <= 0:
        return most_calls
    return float((1 - (1 - answer_rate) ** most_calls) / answer_rate)


@lru_cache(maxsize=4096)
def open_after(windows: Windows, *, steps: int, since: DateTime) -> DateTime | None:
    """Return when the windows will have been open for so many steps; None when that is too far away.

    The answers are kept, because the page asks again each second.
    """
    at = since
    if steps > MOST_STEPS:
        return None
    for _ in range(steps):
        if not windows.contains(at):
            opening = windows.next_opening(at)
            if opening is None:
                return None
            at = opening
        at = at.add(minutes=STEP_MINUTES)
    return at
