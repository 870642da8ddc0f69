"""The connection to Redis, and what its absence is called."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import OutOfMemoryError, RedisError
from redis.retry import Retry

from worker.domain.errors import Unavailable

TIMEOUT_SECONDS: Final = 1.0


def connect(url: str) -> Redis:
    """Open a client that connects when it is first used, and gives up quickly: losing Redis costs time, not truth."""
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


@contextmanager
def outages_named() -> Iterator[None]:
    """Turn whatever keeps Redis from answering into ``Unavailable``."""
    try:
        yield
    except OutOfMemoryError as error:
        raise Unavailable("Redis is full") from error
    except RedisError as error:
        raise Unavailable("Redis is away") from error
