"""Wake-ups and calls per second in memory."""

from dataclasses import dataclass, field
from itertools import count as numbers_from

from pendulum import DateTime, Duration
from typing_extensions import override

from worker.domain.errors import Unavailable
from worker.domain.ids import CarrierId
from worker.domain.pacing import MICROSECONDS, Reserved, Schedule, may_begin, next_begin, pace_of, schedule
from worker.domain.timing import PACED_AHEAD, TOKEN_RETURNS, TOKEN_UNCONFIRMED, VERDICT_HOLDS
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.messages import Rate, Taken, Tokens, Wakeups

LAPSE = Duration(seconds=3)


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
class _Limiter:
    """One carrier's dials and reservations, by receipt and number; times in microseconds."""

    lost_at: int
    begun: dict[tuple[str, int], int] = field(default_factory=dict)
    reserved: dict[tuple[str, int], int] = field(default_factory=dict)
    spaced_to: int = 0


class FakeRate(Rate):
    """Limiters that start closed, as in Redis; ``away`` makes it fail as Redis does when it is not there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limiters: dict[CarrierId, _Limiter] = {}
        self._receipts = numbers_from(1)
        self.away = False

    @override
    def available(self, carrier_id: CarrierId, *, per_second: int, count: int) -> Tokens:
        limiter = self._limiter(carrier_id)
        return self._tokens(self._schedule(limiter, per_second=per_second, count=count))

    @override
    def reserve(self, carrier_id: CarrierId, *, per_second: int, count: int) -> Tokens:
        limiter = self._limiter(carrier_id)
        plan = self._schedule(limiter, per_second=per_second, count=count)
        receipt = f"receipt{next(self._receipts)}"
        if plan.times:
            limiter.spaced_to = plan.spaced_to
            limiter.reserved |= {(receipt, number): at for number, at in enumerate(plan.times)}
        return self._tokens(plan, receipt=receipt)

    @override
    def take(self, carrier_id: CarrierId, *, per_second: int, reserved: str, first: int, count: int) -> Taken:
        limiter = self._limiter(carrier_id)
        pace, now, begun = pace_of(per_second), self._now(), list(limiter.begun.values())
        room = 0 if self._is_lost(limiter) else min(count, may_begin(pace, begun, now=now))
        if not room:
            free = max(next_begin(pace, begun, now=now), self._open_from(limiter))
            return Taken(0, (free - now) / MICROSECONDS)
        for number in range(first, first + room):
            limiter.reserved.pop((reserved, number), None)
            limiter.begun[reserved, number] = now + _micros(TOKEN_UNCONFIRMED)
        return Taken(room, 0, f"{reserved} {first} {room}")

    @override
    def dialled(self, carrier_id: CarrierId, *, receipt: str) -> None:
        if receipt and not self.away:
            self._confirm(self._limiter(carrier_id), receipt)

    def lose(self, carrier_id: CarrierId) -> None:
        """Forget what was taken."""
        self._limiters.pop(carrier_id, None)

    def _limiter(self, carrier_id: CarrierId) -> _Limiter:
        """Give what is known of a carrier's dials, without the old ones; what nobody knows of starts closed."""
        if self.away:
            raise Unavailable("Redis is away")
        limiter = self._limiters.setdefault(carrier_id, _Limiter(self._now()))
        longest, lapse, now = _micros(TOKEN_RETURNS), _micros(VERDICT_HOLDS), self._now()
        limiter.begun = {key: at for key, at in limiter.begun.items() if at > now - longest}
        limiter.reserved = {key: at for key, at in limiter.reserved.items() if at > now - lapse}
        return limiter

    def _schedule(self, limiter: _Limiter, *, per_second: int, count: int) -> Schedule:
        now = self._now()
        until = now + _micros(PACED_AHEAD)
        pace, spaced_to = pace_of(per_second), limiter.spaced_to
        if self._is_lost(limiter):
            spaced_to = max(spaced_to, self._open_from(limiter) - pace.spacing_micros)
        ahead = Reserved(list(limiter.reserved.values()), spaced_to)
        return schedule(pace, list(limiter.begun.values()), ahead=ahead, now=now, until=until, most=count)

    def _tokens(self, plan: Schedule, *, receipt: str = "") -> Tokens:
        now = self._now()
        waits = tuple((at - now) / MICROSECONDS for at in plan.times)
        return Tokens(waits, max(0, plan.next_free - now) / MICROSECONDS, receipt)

    def _confirm(self, limiter: _Limiter, receipt: str) -> None:
        if receipt:
            name, first, count = receipt.split()
            for number in range(int(first), int(first) + int(count)):
                if limiter.begun.pop((name, number), None) is not None:
                    limiter.begun[f"{name}+", number] = self._now()

    def _open_from(self, limiter: _Limiter) -> int:
        return limiter.lost_at + _micros(TOKEN_RETURNS)

    def _is_lost(self, limiter: _Limiter) -> bool:
        return self._open_from(limiter) > self._now()

    def _now(self) -> int:
        return round(self._clock.now().timestamp() * MICROSECONDS)


def _micros(duration: Duration) -> int:
    return round(duration.total_seconds() * MICROSECONDS)
