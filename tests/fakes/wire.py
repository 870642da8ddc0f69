"""Wake-ups in memory."""

from pendulum import DateTime, Duration
from typing_extensions import override

from worker.domain.errors import Unavailable
from worker.ports.dispatch import Clock
from worker.ports.messages import Wakeups

LAPSE = Duration(seconds=3)


class FakeWakeups(Wakeups):
    """Remembers who asked when; ``away`` makes it fail as Redis does when it is not there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked_at: dict[str, DateTime] = {}
        self.away = False

    @override
    def request(self, key: str) -> bool:
        self._check()
        now = self._clock.now()
        asked_at = self._asked_at.get(key)
        if asked_at is not None and now < asked_at + LAPSE:
            return False
        self._asked_at[key] = now
        return True

    @override
    def taken(self, key: str) -> None:
        self._check()
        self._asked_at.pop(key, None)

    def _check(self) -> None:
        if self.away:
            raise Unavailable("Redis is away")
