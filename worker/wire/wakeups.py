"""One pending request of a kind: a key that is set by the first who asks and removed by whoever takes the work up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from typing_extensions import override

from worker.domain.errors import Unavailable
from worker.ports.messages import Wakeups
from worker.wire import keys

LAPSE_MILLISECONDS: Final = 3_000
"""A request whose message was lost blocks later ones for no longer than this."""

TIMEOUT_SECONDS: Final = 1.0


def connect(url: str) -> Redis:
    """Open a client that connects when it is first used, and gives up quickly: losing a wake-up costs little."""
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


class RedisWakeups(Wakeups):
    """Wake-ups shared by all processes."""

    def __init__(self, redis: Redis) -> None:
        """Use this client."""
        self._redis = redis

    @override
    def request(self, key: str) -> bool:
        with _outages_named():
            return bool(self._redis.set(keys.wakeup(key), b"1", nx=True, px=LAPSE_MILLISECONDS))

    @override
    def taken(self, key: str) -> None:
        with _outages_named():
            self._redis.delete(keys.wakeup(key))

    def ping(self) -> None:
        """Raise ``Unavailable`` when Redis does not answer."""
        with _outages_named():
            self._redis.ping()


@contextmanager
def _outages_named() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable("Redis is away") from error
