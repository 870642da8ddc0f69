"""Time zones by name."""

from functools import cache

from pendulum import Timezone, timezone


@cache
def zone_named(name: str) -> Timezone:
    """Give a zone, read once: Pendulum reads its file for every moment that is asked for; raises its own errors."""
    return timezone(name)
