"""Wake-ups and calls per second in memory."""

from dataclasses import dataclass
from itertools import count as numbers_from

from pendulum import DateTime, Duration
from typing_extensions import override

from worker.domain.errors import Unavailable
from worker.domain.ids import CarrierId
from worker.domain.timing import TOKEN_UNCONFIRMED
from worker.ports.dispatch.messages import Rate, Tokens, Wakeups
from worker.ports.dispatch.store import Clock

LAPSE = Duration(seconds=3)
RETURNS_AFTER = Duration(seconds=1, milliseconds=50)
EVERYTHING = 1_000_000_000
AT_ONCE = Duration()


class FakeWakeups(Wakeups):
    """Remembers who asked when; ``away`` makes it fail as Redis does when it is not there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked_at: dict[str, DateTime] = {}
        self.away = False

    @override
    def request(self, key: str) -> bool:
        self.check()
        now = self._clock.now()
        asked_at = self._asked_at.get(key)
        if asked_at is not None and now < asked_at + LAPSE:
            return False
        self._asked_at[key] = now
        return True

    @override
    def taken(self, key: str) -> bool:
        self.check()
        asked_at = self._asked_at.pop(key, None)
        return asked_at is not None and self._clock.now() < asked_at + LAPSE

    @override
    def check(self) -> None:
        if self.away:
            raise Unavailable("Redis is away")


@dataclass
class _Taking:
    """So many tokens that somebody took, and when they come back."""

    count: int
    back_at: DateTime


class FakeRate(Rate):
    """Buckets that start empty, as in Redis; ``away`` makes it fail as Redis does when it is not there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._takings: dict[CarrierId, dict[str, _Taking]] = {}
        self._receipts = numbers_from(1)
        self.away = False

    @override
    def available(self, carrier_id: CarrierId, *, per_second: int) -> Tokens:
        out = self._out(carrier_id)
        return Tokens(_left(out, per_second), self._wait(out, per_second))

    @override
    def reserve(self, carrier_id: CarrierId, *, per_second: int, count: int) -> Tokens:
        out = self._out(carrier_id)
        got = min(count, _left(out, per_second))
        receipt = str(next(self._receipts)) if got else ""
        if got:
            out[receipt] = self._taking(got, used_within=TOKEN_UNCONFIRMED)
        return Tokens(got, self._wait(out, per_second), receipt=receipt)

    @override
    def dialled(self, carrier_id: CarrierId, *, receipt: str) -> None:
        if receipt and not self.away:
            self._out(carrier_id)[receipt] = self._taking(self._takings[carrier_id][receipt].count)

    def lose(self, carrier_id: CarrierId) -> None:
        """Forget what was taken."""
        self._takings.pop(carrier_id, None)

    def _out(self, carrier_id: CarrierId) -> dict[str, _Taking]:
        """Give the takings that are not back; what nobody knows of starts empty."""
        if self.away:
            raise Unavailable("Redis is away")
        takings = self._takings.setdefault(carrier_id, {"": self._taking(EVERYTHING)})
        now = self._clock.now()
        self._takings[carrier_id] = {receipt: one for receipt, one in takings.items() if one.back_at > now}
        return self._takings[carrier_id]

    def _taking(self, count: int, *, used_within: Duration = AT_ONCE) -> _Taking:
        return _Taking(count, self._clock.now() + used_within + RETURNS_AFTER)

    def _wait(self, out: dict[str, _Taking], per_second: int) -> float:
        """Give the seconds until one comes back, as many of the oldest as are out beyond the limit."""
        used, now = sum(one.count for one in out.values()), self._clock.now()
        wait = 0.0
        for one in sorted(out.values(), key=lambda taking: taking.back_at):
            if used < per_second:
                break
            used -= one.count
            wait = (one.back_at - now).total_seconds()
        return wait


def _left(out: dict[str, _Taking], per_second: int) -> int:
    return max(0, per_second - sum(one.count for one in out.values()))
