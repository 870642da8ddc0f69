"""Wake-ups and calls per second in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count as numbers_from

from pendulum import DateTime, Duration
from typing_extensions import override

from worker.domain.errors import Unavailable
from worker.domain.ids import CarrierId
from worker.domain.pacing import (
    MICROSECONDS,
    TAKEN_AHEAD_MICROS,
    Reserved,
    Schedule,
    may_begin,
    next_begin,
    next_sure_begin,
    pace_of,
    schedule,
)
from worker.domain.timing import PACED_AHEAD, TOKEN_RETURNS, TOKEN_UNCONFIRMED, VERDICT_HOLDS
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.messages import Rate, SharedPace, Taken, Tokens, Wakeups

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
        self._limiters: dict[CarrierId | str, _Limiter] = {}
        self._receipts = numbers_from(1)
        self.away = False

    @override
    def available(
        self, carrier_id: CarrierId, *, per_second: int, count: int, shared: SharedPace | None = None
    ) -> Tokens:
        limiters = self._of(carrier_id, per_second, shared)
        return self._tokens([self._schedule(one, per_second=rate, count=count) for one, rate in limiters])

    @override
    def reserve(
        self, carrier_id: CarrierId, *, per_second: int, count: int, shared: SharedPace | None = None
    ) -> Tokens:
        limiters = self._of(carrier_id, per_second, shared)
        plans = [self._schedule(one, per_second=rate, count=count) for one, rate in limiters]
        receipt = f"receipt{next(self._receipts)}"
        tokens = self._tokens(plans, receipt=receipt)
        for (limiter, _), plan in zip(limiters, plans, strict=True):
            if tokens.waits:
                limiter.spaced_to = plan.spaced_to
                limiter.reserved |= {
                    (receipt, number): self._now() + round(wait * MICROSECONDS)
                    for number, wait in enumerate(tokens.waits)
                }
        return tokens

    @override
    def take(
        self,
        carrier_id: CarrierId,
        *,
        per_second: int,
        reserved: str,
        first: int,
        count: int,
        shared: SharedPace | None = None,
    ) -> Taken:
        limiters, now = self._of(carrier_id, per_second, shared), self._now()
        room = min([count, *(self._room(one, per_second=rate) for one, rate in limiters)])
        begins = now
        if not room and (sure := self._surely_free(limiters)) is not None:
            begins, room = sure, min(1, count)
        if not room:
            frees = [next_begin(pace_of(rate), list(one.begun.values()), now=now) for one, rate in limiters]
            free = max([*frees, *(self._open_from(one) for one, _ in limiters)])
            return Taken(0, (free - now) / MICROSECONDS)
        for limiter, _ in limiters:
            for number in range(first, first + room):
                limiter.reserved.pop((reserved, number), None)
                limiter.begun[reserved, number] = begins + _micros(TOKEN_UNCONFIRMED)
        return Taken(room, (begins - now) / MICROSECONDS, f"{reserved} {first} {room}")

    @override
    def dialled(self, carrier_id: CarrierId, *, receipt: str, shared: SharedPace | None = None) -> None:
        if receipt and not self.away:
            for limiter, _ in self._of(carrier_id, 1, shared):
                self._confirm(limiter, receipt)

    def lose(self, carrier_id: CarrierId) -> None:
        """Forget what was taken."""
        self._limiters.pop(carrier_id, None)

    def _of(self, carrier_id: CarrierId, per_second: int, shared: SharedPace | None) -> list[tuple[_Limiter, int]]:
        """Return the limiters that bound a carrier's calls, with their rates."""
        own = [(self._limiter(carrier_id), per_second)] if per_second else []
        return own if shared is None else [*own, (self._limiter(shared.gateway), shared.per_second)]

    def _surely_free(self, limiters: list[tuple[_Limiter, int]]) -> int | None:
        """Return when the next token is certainly free, if that is soon."""
        now, frees = self._now(), list[int]()
        for limiter, rate in limiters:
            free = next_sure_begin(pace_of(rate), list(limiter.begun.values()), now=now)
            if free > now + TAKEN_AHEAD_MICROS or self._is_lost(limiter):
                return None
            frees.append(free)
        return max(frees)

    def _room(self, limiter: _Limiter, *, per_second: int) -> int:
        begun = list(limiter.begun.values())
        return 0 if self._is_lost(limiter) else may_begin(pace_of(per_second), begun, now=self._now())

    def _limiter(self, name: CarrierId | str) -> _Limiter:
        """Return what is known of the dials, without the old ones; an unknown limiter starts closed."""
        if self.away:
            raise Unavailable("Redis is away")
        limiter = self._limiters.setdefault(name, _Limiter(self._now()))
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

    def _tokens(self, plans: Sequence[Schedule], *, receipt: str = "") -> Tokens:
        now = self._now()
        waits = tuple((max(at) - now) / MICROSECONDS for at in zip(*(plan.times for plan in plans), strict=False))
        return Tokens(waits, max(0, *(plan.next_free - now for plan in plans)) / MICROSECONDS, receipt)

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
