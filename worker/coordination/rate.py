"""The rate limiter for carriers' calls per second: dials and reservations in Redis, changed atomically by a script."""

import logging
import secrets
from importlib.resources import files
from typing import Final, cast

from pendulum import Duration
from redis import Redis
from typing_extensions import override

from worker.coordination import keys
from worker.coordination.connection import redis_errors_as_unavailable
from worker.domain.errors import Unavailable
from worker.domain.ids import CarrierId
from worker.domain.pacing import CATCH_UP_MICROS, MICROSECONDS, pace_of
from worker.domain.timing import PACED_AHEAD, TOKEN_UNCONFIRMED, VERDICT_HOLDS
from worker.ports.dispatch.messages import Rate, Taken, Tokens

logger = logging.getLogger(__name__)

_RECEIPT_BYTES: Final = 9


class RedisRate(Rate):
    """Rate limiters shared by all workers."""

    def __init__(self, redis: Redis) -> None:
        """Use this client. The script is loaded into Redis when it is first needed there."""
        self._script = redis.register_script(files(__package__).joinpath("rate.lua").read_text())

    @override
    def available(self, carrier_id: CarrierId, *, per_second: int, count: int) -> Tokens:
        return self._times("look", carrier_id, per_second=per_second, count=count)

    @override
    def reserve(self, carrier_id: CarrierId, *, per_second: int, count: int) -> Tokens:
        return self._times("reserve", carrier_id, per_second=per_second, count=count)

    @override
    def take(self, carrier_id: CarrierId, *, per_second: int, reserved: str, first: int, count: int) -> Taken:
        calls = f"{reserved} {first} {count}"
        wait, taken = self._ask("take", carrier_id, per_second=per_second, calls=calls)
        return Taken(taken, wait / MICROSECONDS, f"{reserved} {first} {taken}" if taken else "")

    @override
    def dialled(self, carrier_id: CarrierId, *, receipt: str) -> None:
        if not receipt:
            return
        try:
            self._ask("dialled", carrier_id, calls=receipt)
        except Unavailable:
            extra = {"action": "rate_not_told", "carrier_id": carrier_id}
            logger.warning("dial not confirmed to the rate limiter, the tokens come back later", extra=extra)

    def _times(self, action: str, carrier_id: CarrierId, *, per_second: int, count: int) -> Tokens:
        receipt = secrets.token_hex(_RECEIPT_BYTES)
        next_wait, *waits = self._ask(action, carrier_id, per_second=per_second, calls=f"{receipt} 0 {count}")
        return Tokens(tuple(wait / MICROSECONDS for wait in waits), next_wait / MICROSECONDS, receipt)

    def _ask(self, action: str, carrier_id: CarrierId, *, per_second: int = 1, calls: str) -> list[int]:
        pace = pace_of(per_second)
        arguments: list[str | int] = [
            *(action, calls),
            *(_micros(PACED_AHEAD), _micros(TOKEN_UNCONFIRMED), _micros(VERDICT_HOLDS)),
            *(pace.spacing_micros, CATCH_UP_MICROS),
            *(number for window in pace.windows for number in (window.calls, window.micros)),
        ]
        with redis_errors_as_unavailable():
            return cast(  # redis-py does not know what a script returns
                "list[int]", self._script(keys=[keys.dials(carrier_id), keys.reservations(carrier_id)], args=arguments)
            )


def _micros(duration: Duration) -> int:
    return round(duration.total_seconds() * MICROSECONDS)
