"""The order of tests: what one process has to run in a row goes first if it takes longest.

What is left at the end is short then, so that no processor waits long for the others.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import pytest

SLOW_SECONDS: Final = 6.0
"""Of a test that is marked as slow, and does not say how slow."""
USUAL_SECONDS: Final[Mapping[str, float]] = {"acceptance": 5.0, "integration": 1.0, "faults": 1.0}
"""Of another test, by its folder."""
QUICK_SECONDS: Final = 0.1


def sort_by_length(items: list[pytest.Item]) -> None:
    """Sort tests by how long the group takes that they belong to, longest first."""
    seconds: defaultdict[str, float] = defaultdict(float)
    place: dict[str, int] = {}
    for item in items:
        seconds[_group(item)] += seconds_of(item)
        place.setdefault(_group(item), len(place))
    items.sort(key=lambda item: (-seconds[_group(item)], place[_group(item)]))


def seconds_of(item: pytest.Item) -> float:
    """Return how long a test takes, by its marker ``slow`` or its folder."""
    slow = item.get_closest_marker("slow")
    if slow is not None:
        return float(slow.kwargs.get("seconds", SLOW_SECONDS))
    return next((USUAL_SECONDS[name] for name in item.path.parts if name in USUAL_SECONDS), QUICK_SECONDS)


def _group(item: pytest.Item) -> str:
    marker = item.get_closest_marker("xdist_group")
    return item.nodeid if marker is None else str(marker.args[0])
