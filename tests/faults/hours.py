"""When a campaign may dial, read from the wire's own words and without a line of the product's windows.

The callee's wall clock decides: an hour that the zone repeats is open twice, one that it skips never.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import product

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = 86_400.0
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Schedule rows and local times of a campaign, in the callee's zone."""

    zone: tzinfo
    schedules: Sequence[Mapping[str, int]] = ()
    local_start_time: str = ""
    local_end_time: str = ""

    @property
    def restrict(self) -> bool:
        """Whether there is any hour at which dialling is not allowed, as far as the wire tells."""
        return bool(self.schedules) or self._local() != (0, DAY)

    def contain(self, at: float) -> bool:
        """Whether dialling is allowed at this moment."""
        wall = datetime.fromtimestamp(at, tz=self.zone)
        second = wall.hour * 3600 + wall.minute * 60 + wall.second + wall.microsecond / 1e6
        return self._row_allows(wall.weekday(), second) and _inside(self._local(), second)

    def opened(self, *, after: float, until: float) -> bool:
        """Whether a shut window opened in that time."""
        edges = (edge for edge in self._edges(after, until) if after < edge <= until)
        return any(self.contain(edge) and not self.contain(edge - 0.001) for edge in edges)

    def _row_allows(self, weekday: int, second: float) -> bool:
        if not self.schedules:
            return True
        for row in self.schedules:
            opens, closes = _span(row, weekday)
            if opens <= second < (DAY if closes < opens else closes):
                return True
            opens, closes = _span(row, weekday - 1)
            if closes < opens and second < closes:
                return True
        return False

    def _local(self) -> tuple[float, float]:
        closes = DAY if self.local_end_time in {"", "23:59:59"} else _seconds(self.local_end_time)
        return _seconds(self.local_start_time or "00:00:00"), closes

    def _edges(self, after: float, until: float) -> Iterator[float]:
        """Each moment at which the wall clock shows a time of opening, unless a change of that clock skips it."""
        first, last = (datetime.fromtimestamp(at, tz=self.zone).date() for at in (after, until))
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        times = {self._local()[0], *(_span(row, day)[0] for row in self.schedules for day in range(7))}
        for day, second, fold in product(days, times, (0, 1)):
            yield _moment(day, second, fold=fold, zone=self.zone)


def _span(row: Mapping[str, int], weekday: int) -> tuple[float, float]:
    day = DAYS[weekday]
    return row.get(f"{day}_start_time", 0) / NANOSECONDS, row.get(f"{day}_end_time", 0) / NANOSECONDS


def _inside(span: tuple[float, float], second: float) -> bool:
    opens, closes = span
    if closes < opens:
        return second >= opens or second < closes
    return opens <= second < closes


def _seconds(text: str) -> float:
    hours, minutes, seconds = map(int, text.split(":"))
    return hours * 3600.0 + minutes * 60 + seconds


def _moment(day: date, second: float, *, fold: int, zone: tzinfo) -> float:
    wall = datetime.combine(day, time()) + timedelta(seconds=second)
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC).timestamp()
