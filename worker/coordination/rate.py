"""The rate limiter for carriers' calls per second: dials and reservations in Redis, changed atomically by a script."""

import logging
import secrets
from collections.abc import Sequence
from importlib.resources import files
from typing import Final, NamedTuple, cast

from pendulum import Duration
from redis import Redis
from typing_extensions import override

from worker.coordination import keys
from worker.coordination.connection import redis_errors_as_unavailable
from worker.domain.errors import Unavailable
from worker.domain.ids import CarrierId
from worker.domain.pacing import CATCH_UP_MICROS, MICROSECONDS, TAKEN_AHEAD_MICROS, pace_of
from worker.domain.timing import PACED_AHEAD, TOKEN_UNCONFIRMED, VERDICT_HOLDS
from worker.ports.dispatch.messages import Rate, SharedPace, Taken, Tokens

logger = logging.getLogger(__name__)

_RECEIPT_BYTES: Final = 9


class _Limiter(NamedTuple):
    """The keys of one limiter, and the calls per second that it admits."""

    dials: str
    reservations: str
    per_second: int


class RedisRate(Rate):
    """Rate limiters shared by all workers."""

    def __init__(self, redis: Redis) -> None:
        """Use this client. The script is loaded into Redis when it is first needed there."""
        self.redis = redis
        self._script = redis.register_script(files(__package__).joinpath("rate.lua").read_text())

    @override
    def available(
        self, carrier_id: CarrierId, *, per_second: int, count: int, shared: SharedPace | None = None
    ) -> Tokens:
        return self._times("look", _limiters(carrier_id, per_second, shared), count=count)

    @override
    def reserve(
        self, carrier_id: CarrierId, *, per_second: int, count: int, shared: SharedPace | None = None
    ) -> Tokens:
        return self._times("reserve", _limiters(carrier_id, per_second, shared), count=count)

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
        limiters = _limiters(carrier_id, per_second, shared)
        wait, taken = self._ask("take", limiters, calls=f"{reserved} {first} {count}")
        return Taken(taken, wait / MICROSECONDS, f"{reserved} {first} {taken}" if taken else "")

    @override
    def dialled(self, carrier_id: CarrierId, *, receipt: str, shared: SharedPace | None = None) -> None:
        if not receipt:
            return
        try:
            self._ask("dialled", _limiters(carrier_id, 1, shared), calls=receipt)
        except Unavailable:
            extra = {"action": "rate_not_told", "carrier_id": carrier_id}
            logger.warning("dial not confirmed to the rate limiter, the tokens come back later", extra=extra)

    def _times(self, action: str, limiters: Sequence[_Limiter], *, count: int) -> Tokens:
        receipt = secrets.token_hex(_RECEIPT_BYTES)
        next_wait, *waits = self._ask(action, limiters, calls=f"{receipt} 0 {count}")
        return Tokens(tuple(wait / MICROSECONDS for wait in waits), next_wait / MICROSECONDS, receipt)

    def _ask(self, action: str, limiters: Sequence[_Limiter], *, calls: str) -> list[int]:
        arguments: list[str | int] = [
            *(action, calls),
            *(_micros(PACED_AHEAD), _micros(TOKEN_UNCONFIRMED), _micros(VERDICT_HOLDS)),
            *(CATCH_UP_MICROS, TAKEN_AHEAD_MICROS),
        ]
        for limiter in limiters:
            pace = pace_of(limiter.per_second)
            arguments.append(pace.spacing_micros)
            arguments += [number for window in pace.windows for number in (window.calls, window.micros)]
        names = [name for limiter in limiters for name in (limiter.dials, limiter.reservations)]
        with redis_errors_as_unavailable():
            return cast("list[int]", self._script(keys=names, args=arguments))  # redis-py knows no script's result


def _limiters(carrier_id: CarrierId, per_second: int, shared: SharedPace | None) -> list[_Limiter]:
    """Return the limiters that bound a carrier's calls: its own, its gateway's, or both."""
    limiters = [_Limiter(keys.dials(carrier_id), keys.reservations(carrier_id), per_second)] if per_second else []
    if shared is not None:
        names = keys.gateway_dials(shared.gateway), keys.gateway_reservations(shared.gateway)
        limiters.append(_Limiter(*names, shared.per_second))
    return limiters


def _micros(duration: Duration) -> int:
    return round(duration.total_seconds() * MICROSECONDS)
