"""The connection to Redis, and the translation of its errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import OutOfMemoryError, RedisError, ResponseError
from redis.retry import Retry

from worker.domain.errors import Unavailable

TIMEOUT_SECONDS: Final = 1.0


def connect(url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> Redis:
    """Return a client that connects at its first use and gives up within seconds: losing Redis loses no data."""
    return Redis.from_url(
        url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 1),
    )


def server_version(redis: Redis) -> str:
    """Return the version of the server, as it tells it. Raises ``Unavailable``."""
    with redis_errors_as_unavailable():
        try:
            return str(redis.info("server")["redis_version"])
        except (ResponseError, KeyError):  # fakeredis, and what else speaks the protocol
            return "of unknown version"


@contextmanager
def redis_errors_as_unavailable() -> Iterator[None]:
    """Raise ``Unavailable`` for every Redis error in the block."""
    try:
        yield
    except OutOfMemoryError as error:
        raise Unavailable("Redis is full") from error
    except RedisError as error:
        raise Unavailable("Redis is away") from error
