"""Where far pages of CDRs begin, so that a client that goes from page to page does not make us skip all pages again."""

from collections import OrderedDict
from threading import Lock
from typing import Any, Final, TypeAlias

from pendulum import DateTime, Duration

from worker.domain.ids import TenantId
from worker.ports.records.cdrs import CdrPlace
from worker.ports.records.entities import CdrFilter

Listed: TypeAlias = tuple[TenantId, CdrFilter]

MOST_LISTS: Final = 200
MOST_OF_A_LIST: Final = 1_000
"""With ``MOST_LISTS`` about 60 MiB at most, if 200 clients read a thousand far pages each."""
KEPT: Final = Duration(minutes=10)
"""Calls that ended meanwhile push older ones to later pages: a page is as far behind as this at most."""


_Known: TypeAlias = OrderedDict[int, tuple[CdrPlace, DateTime]]


class CdrPlaces:
    """The places of one process, by what is listed and how many CDRs are before them; the oldest are forgotten."""

    def __init__(self) -> None:
        """Start without places."""
        self._lists: OrderedDict[Listed, _Known] = OrderedDict()
        self._lock = Lock()

    def nearest(self, listed: Listed, *, offset: int, now: DateTime) -> tuple[int, CdrPlace | None]:
        """Return the last known place that is not behind the offset, and how many CDRs are before it."""
        with self._lock:
            known = self._lists.get(listed)
            if known is None:
                return 0, None
            near = ((before, *found) for before, found in known.items() if before <= offset)
            fresh = {before: place for before, place, since in near if now < since + KEPT}
        before = max(fresh, default=0)
        return before, fresh.get(before)

    def note(self, listed: Listed, *, offset: int, place: CdrPlace, now: DateTime) -> None:
        """Remember the place behind so many CDRs."""
        with self._lock:
            known = self._lists.setdefault(listed, OrderedDict())
            self._lists.move_to_end(listed)
            known[offset] = place, now
            known.move_to_end(offset)
            _bound(known, MOST_OF_A_LIST)
            _bound(self._lists, MOST_LISTS)


def _bound(entries: OrderedDict[Any, Any], most: int) -> None:  # Any: whatever it holds
    while len(entries) > most:
        entries.popitem(last=False)
