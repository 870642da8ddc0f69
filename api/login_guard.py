"""What this process remembers of log-ins: who is refused for a while, and who has come in before."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from math import ceil
from threading import Lock
from typing import Final, Generic, TypeVar

from pendulum import DateTime

from worker.domain.api_key import USE_NOTED_EVERY
from worker.domain.errors import TooManyFailures

V = TypeVar("V")

MOST_REMEMBERED: Final = 10_000


class _Bounded(Generic[V]):
    """A mapping that forgets its oldest entry when it is full."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, V] = OrderedDict()

    def get(self, name: str) -> V | None:
        return self._entries.get(name)

    def put(self, name: str, value: V) -> None:
        self._entries[name] = value
        self._entries.move_to_end(name)
        if len(self._entries) > MOST_REMEMBERED:
            self._entries.popitem(last=False)


class LoginGuard:
    """Refuses subjects whose log-ins failed too often; the count itself is in the database, for all processes.

    A key that came in from this address before is let in all the same: a neighbour behind one proxy must not keep a
    running client from stopping a campaign.
    """

    def __init__(self) -> None:
        """Start without memories."""
        self._lock = Lock()
        self._shut: _Bounded[DateTime] = _Bounded()
        self._known: _Bounded[str] = _Bounded()
        self._uses: _Bounded[DateTime] = _Bounded()

    def shut(self, subjects: Mapping[str, DateTime]) -> None:
        """Refuse these subjects until their times."""
        with self._lock:
            for subject, until in subjects.items():
                self._shut.put(subject, until)

    def shut_until(self, subject: str, *, now: DateTime) -> DateTime | None:
        """Return until when a subject is refused."""
        with self._lock:
            until = self._shut.get(subject)
        return until if until is not None and now < until else None

    def is_known(self, subjects: Collection[str]) -> bool:
        """Return True when this key came in from this address before."""
        with self._lock:
            return self._known.get(" ".join(subjects)) is not None

    def let_in(self, subjects: Collection[str]) -> None:
        """Remember that this key came in from this address."""
        with self._lock:
            self._known.put(" ".join(subjects), "known")

    def takes_use(self, key: str, *, now: DateTime) -> bool:
        """Return True when the key's use is to be written: once in a while, also when the write fails."""
        with self._lock:
            last = self._uses.get(key)
            if last is not None and now < last + USE_NOTED_EVERY:
                return False
            self._uses.put(key, now)
            return True


def too_many_failures(until: DateTime, *, now: DateTime) -> TooManyFailures:
    """Return the refusal with the seconds that are left, at least one."""
    return TooManyFailures(max(1, ceil((until - now).total_seconds())))
