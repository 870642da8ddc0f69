"""Time zones by name, cached."""

from functools import cache

from pendulum import Timezone, timezone


@cache
def zone_named(name: str) -> Timezone:
    """Return a time zone, cached because Pendulum reads its file on every call; raises Pendulum's own errors."""
    return timezone(name)
