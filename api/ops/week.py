"""A week as a table: when the windows are open in each hour, and what was called there in the last seven days."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Final

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.json_value import Json
from worker.domain.window import DAYS_OF_WEEK, Windows
from worker.domain.zone import zone_named
from worker.usecases.records.report_calls import ReportRow

QUARTERS: Final = 4
HOURS: Final = 24
LEVELS: Final = 4
"""Shades, from few calls to the most of an hour."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of one weekday, Monday is 0."""

    weekday: int
    hour: int
    kind: str
    """``open``, ``part`` or ``shut``."""
    calls: int
    answered: int
    level: int
    """0 without calls, else 1 to ``LEVELS``."""


def week_of(windows: Windows, *, monday: DateTime, rows: Sequence[ReportRow]) -> list[list[Hour]]:
    """Return the hours of the week that begins at this local midnight, day by day, with the calls of these rows."""
    called: dict[tuple[int, int], ReportRow] = {}
    for row in rows:
        if row.part is not None:
            called[row.part.begins.weekday(), row.part.begins.hour] = row
    most = max((row.calls for row in rows), default=0)
    return [
        [
            _hour(day, hour, kind, row=called.get((day, hour)), most=most)
            for hour, kind in enumerate(kinds)
        ]
        for day, kinds in enumerate(_kinds(windows, monday))
    ]  # fmt: skip


def last_day(rows: Sequence[ReportRow], *, ends: DateTime, names: Sequence[str]) -> dict[str, Json]:
    """Return calls and answered calls of the last 24 hours, hour by hour, as the page's chart reads them.

    The names are those of the time, the calls, and the answered ones.
    """
    by_start = {row.part.begins.int_timestamp: row for row in rows if row.part is not None}
    starts = [ends.subtract(hours=hours).int_timestamp for hours in range(HOURS, 0, -1)]
    found = [by_start.get(start) for start in starts]
    calls: list[Json] = [0 if row is None else row.calls for row in found]
    answered: list[Json] = [0 if row is None else row.outcomes.get(Outcome.ANSWERED, 0) for row in found]
    return {"names": [*names], "zone": ends.timezone_name or "UTC", "values": [[*starts], calls, answered]}


def monday_before(now: DateTime, *, zone: str) -> DateTime:
    """Return the midnight with which this week began."""
    midnight = now.in_timezone(zone_named(zone)).start_of("day")
    return midnight.subtract(days=midnight.weekday())


def _hour(day: int, hour: int, kind: str, *, row: ReportRow | None, most: int) -> Hour:
    if row is None:
        return Hour(day, hour, kind, 0, 0, 0)
    answered = row.outcomes.get(Outcome.ANSWERED, 0)
    return Hour(day, hour, kind, row.calls, answered, ceil(LEVELS * row.calls / most) if most else 0)


@lru_cache(maxsize=256)
def _kinds(windows: Windows, monday: DateTime) -> Sequence[Sequence[str]]:
    return [[_kind(windows, monday.add(days=day, hours=hour)) for hour in range(HOURS)] for day in range(DAYS_OF_WEEK)]


def _kind(windows: Windows, start: DateTime) -> str:
    open_quarters = sum(windows.contains(start.add(minutes=15 * number)) for number in range(QUARTERS))
    return {0: "shut", QUARTERS: "open"}.get(open_quarters, "part")
