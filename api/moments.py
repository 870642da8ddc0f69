"""How the wire writes moments."""

from typing import Final

from pendulum import DateTime, timezone

NEVER: Final = "0001-01-01T00:00:00Z"
NEVER_CALLED: Final = "1970-01-01T08:00:01+08:00"


def rfc3339(moment: DateTime, *, zone: str) -> str:
    """Write a moment with microseconds and the zone's offset."""
    return moment.in_timezone(timezone(zone)).format("YYYY-MM-DDTHH:mm:ss.SSSSSSZ")
