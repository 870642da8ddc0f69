"""Coalesces identical requests: the first one sets a key, and the worker that takes up the work removes it."""

from typing import Final

from redis import Redis
from typing_extensions import override

from worker.coordination import keys
from worker.coordination.connection import redis_errors_as_unavailable
from worker.domain.timing import WAKEUP_LAPSES
from worker.ports.dispatch.messages import Wakeups

_LAPSE_MILLISECONDS: Final = round(WAKEUP_LAPSES.total_seconds() * 1000)


class RedisWakeups(Wakeups):
    """Wake-ups shared by all processes."""

    def __init__(self, redis: Redis) -> None:
        """Use this client."""
        self._redis = redis

    @override
    def request(self, key: str) -> bool:
        with redis_errors_as_unavailable():
            return bool(self._redis.set(keys.wakeup(key), b"1", nx=True, px=_LAPSE_MILLISECONDS))

    @override
    def taken(self, key: str) -> bool:
        with redis_errors_as_unavailable():
            return bool(self._redis.delete(keys.wakeup(key)))

    @override
    def check(self) -> None:
        # A write, because a Redis that is full still answers reads and deletes.
        with redis_errors_as_unavailable():
            self._redis.set(keys.CHECK, b"1", px=_LAPSE_MILLISECONDS)
