"""Periods of reports: whole quarters of an hour, divided into hours, days, weeks or months of the tenant's zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from pendulum import DateTime

from worker.domain.errors import Invalid
from worker.domain.tally import QUARTER_SECONDS, quarter_of
from worker.domain.zone import zone_named


class Interval(StrEnum):
    """How long the parts of a report are."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


MOST_DAYS: Final[Mapping[Interval, int]] = {
    Interval.HOUR: 31,
    Interval.DAY: 366,
    Interval.WEEK: 1830,
    Interval.MONTH: 3660,
}
"""The longest period for each interval: at most 745 parts, which a chart can show."""
MOST_ROWS: Final = 10_000
"""In one answer; a report of more rows is refused, since nobody reads it and it may cost seconds."""


@dataclass(frozen=True, slots=True)
class Quarters:
    """A period in quarters of an hour since 1970; it includes the first, and excludes the last. None: no bound."""

    first: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a period: one hour, day, week or month, as far as it lies in the period."""

    begins: DateTime
    """Of the whole interval, in the tenant's zone; the period may begin later."""
    first: int
    before: int


@dataclass(frozen=True, slots=True)
class Run:
    """Parts of equal length that follow each other: how long each is, and the place and begin of the first."""

    place: int
    first: int
    length: int


def runs_of(parts: Sequence[Part]) -> Sequence[Run]:
    """Return the parts as few runs, so that a database finds a quarter's part by arithmetic: months need one each."""
    found: list[Run] = []
    for place, part in enumerate(parts):
        length = part.before - part.first
        if not found or found[-1].length != length:
            found.append(Run(place, part.first, length))
    return found


def quarters_of(start: DateTime | None, end: DateTime | None) -> Quarters:
    """Return a period that includes its start and excludes its end.

    Raises ``Invalid`` when it does not begin and end with a quarter of an hour, or is empty.
    """
    for name, moment in (("start_time", start), ("end_time", end)):
        if moment is not None and (moment.int_timestamp % QUARTER_SECONDS or moment.microsecond):
            raise Invalid(f"{name} must be a full quarter of an hour, such as 10:15:00")
    if start is not None and end is not None and start >= end:
        raise Invalid("start_time must be before end_time")
    return Quarters(None if start is None else quarter_of(start), None if end is None else quarter_of(end))


def parts_of(start: DateTime | None, end: DateTime | None, *, interval: Interval, zone: str) -> Sequence[Part]:
    """Return the parts of a period in order; weeks begin on Monday. Raises ``Invalid`` when there are too many."""
    period = quarters_of(start, end)
    if start is None or end is None or period.first is None or period.before is None:
        raise Invalid("an interval needs start_time and end_time")
    most = MOST_DAYS[interval]
    if (end - start).total_seconds() > most * 86_400:
        raise Invalid(f"the period must not be longer than {most} days with the interval {interval}")
    found = []
    begins = start.in_timezone(zone_named(zone)).start_of(interval.value)
    while begins < end:
        next_begins = _after(begins, interval)
        first, before = max(period.first, quarter_of(begins)), min(period.before, quarter_of(next_begins))
        if first < before:
            found.append(Part(begins, first, before))
        begins = next_begins
    return found


def _after(begins: DateTime, interval: Interval) -> DateTime:
    match interval:
        case Interval.HOUR:
            return begins.add(hours=1)
        case Interval.DAY:
            return begins.add(days=1)
        case Interval.WEEK:
            return begins.add(weeks=1)
        case Interval.MONTH:
            return begins.add(months=1)
        case never:
            assert_never(never)
