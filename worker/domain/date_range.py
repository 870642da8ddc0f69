"""Date filters: days or seconds in the tenant's zone."""

from typing import Final, NamedTuple

import pendulum
from pendulum import DateTime, Duration

from worker.domain.errors import InvalidFields, Problem

FORMATS: Final = {"YYYY-MM-DD": Duration(days=1), "YYYY-MM-DD HH:mm:ss": Duration(seconds=1)}
"""Accepted formats, and how long the named day or second lasts; an end date includes all of it."""


class DateRange(NamedTuple):
    """The period that a date names; includes its start and excludes its end."""

    start: DateTime | None
    end: DateTime | None


def to_date_range(field: str, text: str, *, zone: str) -> DateRange:
    """Return the period of a date; an empty text has no bounds. Raises ``InvalidFields``."""
    if not text:
        return DateRange(None, None)
    for form, lasts in FORMATS.items():
        try:
            start = pendulum.from_format(text, form, tz=zone)
        except ValueError:
            continue
        return DateRange(_bound(start, Duration()), _bound(start, lasts))
    raise InvalidFields((Problem(field, "Does not match format 'YYYY-MM-DD hh:mm:ss'"),))


def _bound(start: DateTime, after: Duration) -> DateTime | None:
    """Return a bound in UTC; None at the ends of the calendar, which clients send to mean "always"."""
    try:
        return (start + after).in_timezone("UTC")
    except (ValueError, OverflowError):
        return None
