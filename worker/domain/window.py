"""May we dial at this moment; and if not, when next.

A moment is judged by the wall clock of the callee's zone: it is inside when that clock shows a time inside. In the hour
that a zone repeats in autumn a window is therefore open both times, and in the hour it skips nothing can be open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime, timezone

DAY_NS: Final = 86_400_000_000_000
DAYS_AHEAD: Final = 9
"""A weekly pattern repeats after seven days; one more for windows over midnight, one more for the zone's offset."""


@dataclass(frozen=True, slots=True)
class Span:
    """One day's window: nanoseconds after local midnight, start included, end excluded.

    Equal ends mean a closed day; an end before the start runs over midnight and belongs to the day on which it starts.
    """

    opens: int
    closes: int

    def covers(self, time_of_day: int) -> bool:
        """Whether the window of the same day covers this time."""
        if self.opens <= self.closes:
            return self.opens <= time_of_day < self.closes
        return self.opens <= time_of_day

    def covers_next_day(self, time_of_day: int) -> bool:
        """Whether a window of the day before runs over midnight to this time."""
        return self.closes < self.opens and time_of_day < self.closes


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

    def covers(self, weekday: int, time_of_day: int) -> bool:
        """Whether this row is open on that weekday (Monday is 0) at that time."""
        return self.days[weekday].covers(time_of_day) or self.days[weekday - 1].covers_next_day(time_of_day)


@dataclass(frozen=True, slots=True)
class Windows:
    """When a campaign may dial: the union of its rows, narrowed by its local times; no row at all is no restriction."""

    zone: str
    rows: tuple[Week, ...] = ()
    local: Span = WHOLE_DAY

    def contains(self, moment: DateTime) -> bool:
        """Whether dialling is allowed at this moment."""
        wall = moment.in_timezone(timezone(self.zone))
        time_of_day = _nanoseconds(wall)
        if not Week.every_day(self.local).covers(wall.weekday(), time_of_day):
            return False
        return not self.rows or any(row.covers(wall.weekday(), time_of_day) for row in self.rows)

    def next_opening(self, after: DateTime) -> DateTime | None:
        """Give the first moment after this one at which a shut window opens, in UTC; None when none ever does."""
        moments = sorted(moment for moment in self._edges(after) if moment > after)
        return next((moment for moment in moments if self._opens_at(moment)), None)

    def next_moment(self, since: DateTime) -> DateTime | None:
        """Give the first moment from this one on at which dialling is allowed, in UTC."""
        return since if self.contains(since) else self.next_opening(since)

    def _opens_at(self, moment: DateTime) -> bool:
        return self.contains(moment) and not self.contains(moment.subtract(microseconds=1))

    def _edges(self, around: DateTime) -> Iterator[DateTime]:
        """Every moment near this one at which the answer may change: span edges, and changes of the zone's offset."""
        zone = timezone(self.zone)
        first = around.in_timezone(zone).start_of("day").subtract(days=1).naive()
        for number in range(DAYS_AHEAD + 1):
            day = first.add(days=number)
            midnight = day.replace(tzinfo=zone).in_timezone("UTC")
            next_midnight = day.add(days=1).replace(tzinfo=zone).in_timezone("UTC")
            change = _offset_change(midnight, next_midnight, zone=self.zone)
            if change is not None:
                yield change
            for span in self._spans(day.weekday()):
                edge = day.add(microseconds=-(-span.opens // 1000))
                yield edge.replace(tzinfo=zone, fold=0).in_timezone("UTC")
                yield edge.replace(tzinfo=zone, fold=1).in_timezone("UTC")

    def _spans(self, weekday: int) -> Iterator[Span]:
        yield self.local
        for row in self.rows:
            yield row.days[weekday]


def _nanoseconds(wall: DateTime) -> int:
    seconds = (wall.hour * 60 + wall.minute) * 60 + wall.second
    return (seconds * 1_000_000 + wall.microsecond) * 1000


def _offset_change(start: DateTime, end: DateTime, *, zone: str) -> DateTime | None:
    """Find the first second between two moments at which the zone's offset is another one than at the start."""

    def offset(second: float) -> int | None:
        return start.add(seconds=int(second)).in_timezone(zone).offset

    low, high = 0, int((end - start).total_seconds())
    if offset(low) == offset(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == offset(0) else (low, middle)
    return start.add(seconds=high)
