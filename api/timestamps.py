"""How the API writes and reads timestamps."""

import re
from typing import Final

import pendulum
from pendulum import DateTime, FixedTimezone

from worker.domain.zone import zone_named

NEVER: Final = "0001-01-01T00:00:00Z"
NEVER_CALLED: Final = "1970-01-01T08:00:01+08:00"

NO_LATER_THAN_NEVER: Final = pendulum.datetime(1970, 1, 1, 0, 0, 1)
LAST_YEAR: Final = 9998
"""A later time could not be written in every zone."""

_WRITTEN: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?",
    re.ASCII,
)


def rfc3339(moment: DateTime, *, zone: str) -> str:
    """Return a timestamp with microseconds and the zone's offset."""
    return moment.in_timezone(zone_named(zone)).isoformat(timespec="microseconds")


def to_moment(text: str, *, zone: str) -> DateTime | None:
    """Return the time of an RFC 3339 text or of local time in the zone; raises ``ValueError``.

    None for the texts that mean "never": empty, the ends of the calendar, the epoch and its first second
    (worker/REFERENCE.md#never). A local time that occurs twice means the earlier one.
    """
    if not text:
        return None
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    *clock, fraction, offset = found.groups()
    year, month, day, hour, minute, second = map(int, clock)
    micros = int((fraction or "")[:6].ljust(6, "0"))  # RFC 3339 allows any precision
    read = pendulum.datetime(year, month, day, hour, minute, second, micros, tz=_zone(offset, zone=zone), fold=0)
    try:
        moment = read.in_timezone("UTC")
    except (ValueError, OverflowError):
        return None
    return moment if moment > NO_LATER_THAN_NEVER and moment.year <= LAST_YEAR else None


def _zone(offset: str | None, *, zone: str) -> FixedTimezone | pendulum.Timezone:
    if offset is None:
        return zone_named(zone)
    if offset in {"Z", "z"}:
        return FixedTimezone(0)
    minutes = int(offset[1:3]) * 60 + int(offset[4:6])
    return FixedTimezone((-minutes if offset.startswith("-") else minutes) * 60)
