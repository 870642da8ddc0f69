"""May we dial at this moment; and if not, when next.

A moment is judged by the wall clock of the callee's zone: it is inside when that clock shows a time inside. In the hour
that a zone repeats in autumn a window is therefore open both times, and in the hour it skips nothing can be open.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pendulum import DateTime, Duration, Timezone

from worker.domain.zone import zone_named

DAY_NS: Final = 86_400_000_000_000
DAYS_AHEAD: Final = 16
"""A week shows every opening, unless the clock is set forward over it, which no zone does two weeks running."""


@dataclass(frozen=True, slots=True)
class Span:
    """One day's window: nanoseconds after local midnight, start included, end excluded.

    Equal ends mean a closed day; an end before the start runs over midnight and belongs to the day on which it starts.
    """

    opens: int
    closes: int

    @property
    def today(self) -> "Hours":
        """The part of the day on which it starts."""
        return self.opens, (DAY_NS if self.closes < self.opens else self.closes)

    @property
    def tomorrow(self) -> "Hours":
        """The part of the day after, which a span over midnight has."""
        return 0, (self.closes if self.closes < self.opens else 0)


Hours = tuple[int, int]
"""From one time of a day (included) to another (excluded); none at all when they are equal."""

CLOSED: Final = Span(0, 0)
WHOLE_DAY: Final = Span(0, DAY_NS)


@dataclass(frozen=True, slots=True)
class Week:
    """One row of a schedule: a span for each day, Monday first."""

    days: tuple[Span, Span, Span, Span, Span, Span, Span]

    @classmethod
    def every_day(cls, span: Span) -> "Week":
        """Give all seven days the same span."""
        return cls((span,) * 7)

    def hours(self, weekday: int) -> tuple[Hours, Hours]:
        """Give the hours of that weekday (Monday is 0): the rest of the day before's span, and its own."""
        return self.days[weekday - 1].tomorrow, self.days[weekday].today


@dataclass(frozen=True, slots=True)
class Windows:
    """When a campaign may dial: the union of its rows, narrowed by its local times; no row at all is no restriction."""

    zone: str
    rows: tuple[Week, ...] = ()
    local: Span = WHOLE_DAY

    def contains(self, moment: DateTime) -> bool:
        """Whether dialling is allowed at this moment."""
        wall = moment.in_timezone(zone_named(self.zone))
        time_of_day = _nanoseconds(wall)
        return any(opens <= time_of_day < closes for opens, closes in self._local_hours(wall.weekday())) and any(
            opens <= time_of_day < closes for opens, closes in self._row_hours(wall.weekday())
        )

    def stays_open(self, moment: DateTime, *, through: Duration) -> bool:
        """Whether dialling is allowed at this moment and still is so much later."""
        return self.contains(moment) and self.contains(moment + through)

    def next_opening(self, after: DateTime) -> DateTime | None:
        """Give the first moment after this one at which a shut window opens, in UTC; None when none ever does."""
        today = after.in_timezone(zone_named(self.zone)).naive().start_of("day")
        openings = (self._opening_on(today.add(days=number), after=after) for number in range(-1, DAYS_AHEAD))
        for opening, a_day_later in pairwise(openings):
            if opening is not None:  # a clock that is set back over midnight mixes the hours of two days
                return min(opening, a_day_later or opening)
        return None

    def _opening_on(self, day: DateTime, *, after: DateTime) -> DateTime | None:
        later = sorted(edge for edge in self._edges(day) if edge > after)
        return next((edge for edge in later if self._opens_at(edge)), None)

    def _opens_at(self, moment: DateTime) -> bool:
        return self.contains(moment) and not self.contains(moment.subtract(microseconds=1))

    def _edges(self, day: DateTime) -> Iterator[DateTime]:
        """Every moment of a local day at which it may open: by the wall clock, or because that clock is changed."""
        zone = zone_named(self.zone)
        midnight = day.replace(tzinfo=zone).in_timezone("UTC")
        next_midnight = day.add(days=1).replace(tzinfo=zone).in_timezone("UTC")
        yield from _offset_changes(midnight, next_midnight, zone=zone)
        for opens in self._openings(day.weekday()):
            edge = day.add(microseconds=-(-opens // 1000))
            yield edge.replace(tzinfo=zone, fold=0).in_timezone("UTC")
            yield edge.replace(tzinfo=zone, fold=1).in_timezone("UTC")

    def _openings(self, weekday: int) -> Iterator[int]:
        """The times of day at which both rows and local times come to allow."""
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
    """Join hours that touch or overlap."""
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
    """Find the second between two moments at which the zone's offset changes, if it does."""

    def offset(second: int) -> int | None:
        return start.add(seconds=second).in_timezone(zone).offset

    low, high = 0, int((end - start).total_seconds())
    if offset(low) == offset(high):
        return
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == offset(0) else (low, middle)
    yield start.add(seconds=high)
