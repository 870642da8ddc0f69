"""Date filters of requests: as the command line reads them."""

from typing import NamedTuple

from pendulum import DateTime

from worker.domain.date_range import DateRange, to_date_range
from worker.domain.tally import QUARTER_SECONDS

__all__ = ["DateRange", "ReportPeriod", "to_date_range", "to_report_period"]


class ReportPeriod(NamedTuple):
    """The period of a report; includes its start and excludes its end."""

    start: DateTime | None
    end: DateTime | None


def to_report_period(start_time: str, end_time: str, *, zone: str) -> ReportPeriod:
    """Return the period; its end may be told by its last second, day or, excluded, by the full quarter of an hour."""
    start = to_date_range("start_time", start_time, zone=zone).start
    last = to_date_range("end_time", end_time, zone=zone)
    names_a_second = ":" in end_time
    if names_a_second and last.start is not None and last.start.int_timestamp % QUARTER_SECONDS == 0:
        return ReportPeriod(start, last.start)
    return ReportPeriod(start, last.end)
