"""The rate limiter for carriers' calls per second: one token bucket in Redis for all workers, changed atomically."""

import logging
from importlib.resources import files
from typing import Final, TypeAlias, cast

from redis import Redis
from typing_extensions import override

from worker.coordination import keys
from worker.coordination.connection import redis_errors_as_unavailable
from worker.domain.errors import Unavailable
from worker.domain.ids import CarrierId
from worker.domain.timing import TOKEN_RETURNS, TOKEN_UNCONFIRMED
from worker.ports.dispatch.messages import Rate, Tokens

logger = logging.getLogger(__name__)

_MICRO: Final = 1_000_000
_RETURNS_AFTER: Final = round(TOKEN_RETURNS.total_seconds() * _MICRO)
_UNCONFIRMED: Final = round(TOKEN_UNCONFIRMED.total_seconds() * _MICRO)

_Answer: TypeAlias = tuple[int, int, int, bytes]
"""The script's result: tokens taken, tokens left, microseconds until the next token, receipt."""


class RedisRate(Rate):
    """Token buckets shared by all workers."""

    def __init__(self, redis: Redis) -> None:
        """Use this client. The script is loaded into Redis when it is first needed there."""
        self._script = redis.register_script(files(__package__).joinpath("rate.lua").read_text())

    @override
    def available(self, carrier_id: CarrierId, *, per_second: int) -> Tokens:
        _, left, wait, _ = self._ask(carrier_id, per_second=per_second)
        return Tokens(left, wait / _MICRO)

    @override
    def reserve(self, carrier_id: CarrierId, *, per_second: int, count: int) -> Tokens:
        taken, _, wait, receipt = self._ask(carrier_id, per_second=per_second, count=count)
        return Tokens(taken, wait / _MICRO, receipt=receipt.decode())

    @override
    def dialled(self, carrier_id: CarrierId, *, receipt: str) -> None:
        if not receipt:
            return
        try:
            self._ask(carrier_id, receipt=receipt)
        except Unavailable:
            extra = {"action": "rate_not_told", "carrier_id": carrier_id}
            logger.warning("dial not confirmed to the rate limiter, the tokens come back later", extra=extra)

    def _ask(self, carrier_id: CarrierId, *, per_second: int = 0, count: int = 0, receipt: str = "") -> _Answer:
        arguments: list[str | int] = [per_second, count, _RETURNS_AFTER, receipt, _UNCONFIRMED]
        with redis_errors_as_unavailable():
            return cast("_Answer", tuple(self._script(keys=[keys.rate(carrier_id)], args=arguments)))
