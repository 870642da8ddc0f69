"""A week's windows as a table: each hour of each day is open, closed, or open for a part."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pendulum import DateTime

from worker.domain.window import DAYS_OF_WEEK, Windows
from worker.domain.zone import zone_named

QUARTERS: Final = 4
HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of one weekday, Monday is 0."""

    weekday: int
    hour: int
    kind: str
    """``open``, ``part`` or ``shut``."""


@lru_cache(maxsize=256)
def week_of(windows: Windows, *, monday: DateTime) -> Sequence[Sequence[Hour]]:
    """Return the hours of the week that begins at this local midnight, day by day."""
    return [
        [Hour(day, hour, _kind(windows, monday.add(days=day, hours=hour))) for hour in range(HOURS)]
        for day in range(DAYS_OF_WEEK)
    ]


def monday_before(now: DateTime, *, zone: str) -> DateTime:
    """Return the midnight with which this week began."""
    midnight = now.in_timezone(zone_named(zone)).start_of("day")
    return midnight.subtract(days=midnight.weekday())


def _kind(windows: Windows, start: DateTime) -> str:
    open_quarters = sum(windows.contains(start.add(minutes=15 * number)) for number in range(QUARTERS))
    return {0: "shut", QUARTERS: "open"}.get(open_quarters, "part")
