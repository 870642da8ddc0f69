"""Asks the broker over the connections that tasks are sent on, by a message that is sent and taken."""

from typing import Any, Final

from celery import Celery
from kombu.exceptions import OperationalError
from kombu.simple import SimpleBuffer

from worker.domain.errors import Unavailable

QUEUE: Final = "callbeat.check"
"""All processes share it: each sends a message and takes one, its own or another process's."""
WAIT_SECONDS: Final = 1.0


def check_broker(app: Celery) -> None:
    """Raise ``Unavailable`` unless a message that is sent can be taken."""
    pool: Any = app.pool  # Any: the stubs describe another object
    try:
        with pool.acquire(block=True, timeout=WAIT_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=WAIT_SECONDS)
            with connection.channel() as channel, SimpleBuffer(channel, QUEUE) as queue:
                queue.put("check", retry=False)
                queue.get(timeout=WAIT_SECONDS)
    except (OperationalError, SimpleBuffer.Empty, *pool.connection.connection_errors) as error:
        raise Unavailable("the broker takes no messages") from error
