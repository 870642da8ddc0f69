"""Periods as queries name them: days or seconds of the tenant's clock."""

from typing import Final, NamedTuple

import pendulum
from pendulum import DateTime, Duration

from worker.domain.errors import InvalidFields, Problem

FORMATS: Final = {"YYYY-MM-DD": Duration(days=1), "YYYY-MM-DD HH:mm:ss": Duration(seconds=1)}
"""How a moment may be written, and how long what it names lasts: an end is the end of its day or second."""


class Span(NamedTuple):
    """What a written moment names: from here, to before there."""

    start: DateTime | None
    end: DateTime | None


def to_span(field: str, text: str, *, zone: str) -> Span:
    """Read a moment that may be ``""``, which is none; raises ``InvalidFields``."""
    if not text:
        return Span(None, None)
    for form, lasts in FORMATS.items():
        try:
            start = pendulum.from_format(text, form, tz=zone)
        except ValueError:
            continue
        return Span(_bound(start, Duration()), _bound(start, lasts))
    raise InvalidFields((Problem(field, "Does not match format 'YYYY-MM-DD hh:mm:ss'"),))


def _bound(start: DateTime, after: Duration) -> DateTime | None:
    """Give a bound in UTC; at an end of the calendar, which clients send for "always", there is none."""
    try:
        return (start + after).in_timezone("UTC")
    except (ValueError, OverflowError):
        return None
