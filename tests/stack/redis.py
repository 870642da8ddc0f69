"""A Redis of a test's own."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from redis import Redis, RedisError

from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.environment import environment
from tests.stack.process import Process
from tests.stack.waiting import wait_until
from worker.cli.embedded import redis_command
from worker.coordination.connection import connect

START_SECONDS: Final = 60.0


def is_redis_installed() -> bool:
    """Return True where there is a real Redis; the product serves its protocol from memory elsewhere."""
    return redis_command(0)[0] != sys.executable


def open_redis_command(*, port: int, host: str = LOOPBACK) -> list[str]:
    """Return the command of a Redis that any host of the network may use."""
    return [*redis_command(port), "--bind", host, "--protected-mode", "no"]


def redis_process(*, port: int, log: Path) -> Process:
    """Return a Redis on this machine, to be started by the caller."""
    return Process("redis", redis_command(port), environment(home=log.parent), log=log)


@contextmanager
def redis_server(log: Path) -> Iterator[str]:
    """Run a Redis while the block runs, and return its URL."""
    port = free_port()
    url = redis_url(port)
    with redis_process(port=port, log=log), closing(connect(url)) as client:
        wait_until(lambda: _answers(client), seconds=START_SECONDS)
        yield url


def redis_url(port: int, *, host: str = LOOPBACK) -> str:
    """Return the URL of the first database of a Redis."""
    return f"redis://{host}:{port}/0"


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
