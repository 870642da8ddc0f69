"""Calling windows: whether a campaign may dial at a given time, and when its next window opens.

A time is inside a window when the wall clock of the callee's zone shows a time inside it. In the hour that a zone
repeats in autumn a window is therefore open both times. In the hour that it skips in spring no window is open.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pendulum import DateTime, Duration, Timezone

from worker.domain.zone import zone_named

DAY_NS: Final = 86_400_000_000_000
DAYS_OF_WEEK: Final = 7
DAYS_AHEAD: Final = 16
"""Days that are searched for an opening; a clock change may skip a weekly one, but never in two weeks running."""


@dataclass(frozen=True, slots=True)
class Span:
    """One day's window: nanoseconds after local midnight, start included, end excluded.

    Equal start and end mean a closed day. An end before the start runs past midnight, into the next day.
    """

    opens: int
    closes: int

    @property
    def today(self) -> "Hours":
        """Return the hours on the day on which the window starts."""
        return self.opens, (DAY_NS if self.closes < self.opens else self.closes)

    @property
    def tomorrow(self) -> "Hours":
        """Return the hours on the next day, which only a window past midnight has."""
        return 0, (self.closes if self.closes < self.opens else 0)


Hours = tuple[int, int]
"""Nanoseconds after midnight from a time (included) to another (excluded); empty when both are equal."""

CLOSED: Final = Span(0, 0)
WHOLE_DAY: Final = Span(0, DAY_NS)


@dataclass(frozen=True, slots=True)
class Week:
    """One row of a schedule: a span for each day, Monday first."""

    days: tuple[Span, Span, Span, Span, Span, Span, Span]

    @classmethod
    def every_day(cls, span: Span) -> "Week":
        """Return a week with the same window on all seven days."""
        return cls((span,) * 7)

    def hours(self, weekday: int) -> tuple[Hours, Hours]:
        """Return the hours of a weekday (Monday is 0): the rest of the window of the day before, and its own window."""
        return self.days[weekday - 1].tomorrow, self.days[weekday].today


@dataclass(frozen=True, slots=True)
class Windows:
    """When a campaign may dial: inside any of its rows and inside its local times; no row at all restricts nothing."""

    zone: str
    rows: tuple[Week, ...] = ()
    local: Span = WHOLE_DAY

    def contains(self, moment: DateTime) -> bool:
        """Return True when dialling is allowed at this time."""
        wall = moment.in_timezone(zone_named(self.zone))
        time_of_day = _nanoseconds(wall)
        return any(opens <= time_of_day < closes for opens, closes in self._local_hours(wall.weekday())) and any(
            opens <= time_of_day < closes for opens, closes in self._row_hours(wall.weekday())
        )

    def stays_open(self, moment: DateTime, *, through: Duration) -> bool:
        """Return True when dialling is allowed at this time and also ``through`` later."""
        return self.contains(moment) and self.contains(moment + through)

    def next_opening(self, after: DateTime) -> DateTime | None:
        """Return the first time after ``after`` at which a closed window opens, in UTC; None when none ever does."""
        today = after.in_timezone(zone_named(self.zone)).naive().start_of("day")
        openings = (self._opening_on(today.add(days=number), after=after) for number in range(-1, DAYS_AHEAD))
        for opening, a_day_later in pairwise(openings):
            if opening is not None:
                # A clock set back over midnight mixes the hours of two days: the next day's opening may come first.
                return opening if a_day_later is None else min(opening, a_day_later)
        return None

    def next_closing(self, now: DateTime) -> DateTime | None:
        """Return when the window that is open at ``now`` closes, in UTC; None when none closes within a week.

        Windows that touch or overlap are one.
        """
        today = now.in_timezone(zone_named(self.zone)).naive().start_of("day")
        for number in range(DAYS_OF_WEEK + 1):
            for edge in sorted(self._closings(today.add(days=number))):
                if edge > now and not self.contains(edge):
                    return edge
        return None

    def never_opens(self, now: DateTime) -> bool:
        """Return True when dialling is never allowed, on any day of the week."""
        return not self.contains(now) and self.next_opening(now) is None

    def _closings(self, day: DateTime) -> Iterator[DateTime]:
        """Yield each time of a local day at which a window may close, the end of the day included."""
        zone = zone_named(self.zone)
        for _, closes in (*self._row_hours(day.weekday()), *self._local_hours(day.weekday())):
            edge = day.add(microseconds=(closes + 999) // 1000)
            yield edge.replace(tzinfo=zone, fold=0).in_timezone("UTC")
            yield edge.replace(tzinfo=zone, fold=1).in_timezone("UTC")

    def _opening_on(self, day: DateTime, *, after: DateTime) -> DateTime | None:
        later = sorted(edge for edge in self._edges(day) if edge > after)
        return next((edge for edge in later if self._opens_at(edge)), None)

    def _opens_at(self, moment: DateTime) -> bool:
        return self.contains(moment) and not self.contains(moment.subtract(microseconds=1))

    def _edges(self, day: DateTime) -> Iterator[DateTime]:
        """Yield each time of a local day at which a window may open: by the wall clock, or by a change of the clock."""
        zone = zone_named(self.zone)
        midnight = day.replace(tzinfo=zone).in_timezone("UTC")
        next_midnight = day.add(days=1).replace(tzinfo=zone).in_timezone("UTC")
        yield from _offset_changes(midnight, next_midnight, zone=zone)
        for opens in self._openings(day.weekday()):
            edge = day.add(microseconds=(opens + 999) // 1000)  # rounded up: before it, the window is still closed
            yield edge.replace(tzinfo=zone, fold=0).in_timezone("UTC")
            yield edge.replace(tzinfo=zone, fold=1).in_timezone("UTC")

    def _openings(self, weekday: int) -> Iterator[int]:
        """Yield the times of day at which rows and local times begin to allow dialling together."""
        for opens, closes in _united(self._row_hours(weekday)):
            for local_opens, local_closes in self._local_hours(weekday):
                if max(opens, local_opens) < min(closes, local_closes):
                    yield max(opens, local_opens)

    def _row_hours(self, weekday: int) -> Iterator[Hours]:
        if not self.rows:
            yield WHOLE_DAY.today
        for row in self.rows:
            yield from row.hours(weekday)

    def _local_hours(self, weekday: int) -> tuple[Hours, Hours]:
        return Week.every_day(self.local).hours(weekday)


def _united(hours: Iterable[Hours]) -> list[Hours]:
    """Return the hours sorted, with those joined that touch or overlap."""
    united: list[Hours] = []
    for opens, closes in sorted(hours):
        if united and opens <= united[-1][1]:
            united[-1] = united[-1][0], max(united[-1][1], closes)
        elif opens < closes:
            united.append((opens, closes))
    return united


def _nanoseconds(wall: DateTime) -> int:
    seconds = (wall.hour * 60 + wall.minute) * 60 + wall.second
    return (seconds * 1_000_000 + wall.microsecond) * 1000


def _offset_changes(start: DateTime, end: DateTime, *, zone: Timezone) -> Iterator[DateTime]:
    """Yield the first second between two times at which the zone has its new UTC offset, if the offset changes."""

    def offset(second: int) -> int | None:
        return start.add(seconds=second).in_timezone(zone).offset

    low, high = 0, int((end - start).total_seconds())
    if offset(low) == offset(high):
        return
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == offset(0) else (low, middle)
    yield start.add(seconds=high)
