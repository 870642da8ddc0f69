"""Doubles and shuffles Celery's messages: what is sent for a while is sent again, in an order of chance."""

import ast
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from worker.jobs import names

QUEUES: Final = tuple(sorted(set(names.QUEUE_OF.values())))
"""Celery's transport keeps each queue in a list of its name; messages are pushed on the left and taken on the right."""
PATIENCE_SECONDS: Final = 0.5
SENT: Final = re.compile(rb'"LPUSH" "(%s)" ("(?:[^"\\]|\\.)*")$' % "|".join(QUEUES).encode())


@dataclass
class Doubling:
    """Listens to what is sent, and sends each message a second time at once and a third time at the end."""

    url: str
    chance: Random
    copies: int = 0
    _seen: list[tuple[str, bytes]] = field(default_factory=list)
    _enough: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def begin(self) -> None:
        """Listen, and double."""
        self._seen.clear()
        self._enough.clear()
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Listen no more; send all that was heard once more and shuffle what waits."""
        self._enough.set()
        if self._thread is not None:
            self._thread.join()
        again = list(self._seen)
        self.chance.shuffle(again)
        with suppress(RedisError), self._connected() as redis:
            for queue, message in again:
                redis.lpush(queue, message)
                self.copies += 1
            for queue in QUEUES:
                self._shuffle(redis, queue)

    def _listen(self) -> None:
        while not self._enough.is_set():
            try:
                with self._connected() as listening, self._connected() as sending:
                    for queue, message in self._heard(listening):
                        self._double(sending, queue=queue, message=message)
            except RedisError:
                time.sleep(PATIENCE_SECONDS)

    def _double(self, redis: "Redis", *, queue: str, message: bytes) -> None:
        if (queue, message) in self._seen:  # a copy of our own
            return
        self._seen.append((queue, message))
        redis.lpush(queue, message)
        self.copies += 1

    def _heard(self, redis: "Redis") -> Iterator[tuple[str, bytes]]:
        """Give the messages that are sent, as Redis tells of every command that it is given."""
        connection = redis.connection_pool.get_connection()
        connection.send_command("MONITOR")  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        connection.read_response()
        while not self._enough.is_set():
            if not connection.can_read(timeout=PATIENCE_SECONDS):
                continue
            found = SENT.search(connection.read_response())
            if found is not None:
                yield found[1].decode(), ast.literal_eval("b" + found[2].decode())

    def _shuffle(self, redis: "Redis", queue: str) -> None:
        with redis.pipeline(transaction=True) as pipeline:
            pipeline.lrange(queue, 0, -1)
            pipeline.delete(queue)
            waiting = pipeline.execute()[0]
            if waiting:
                self.chance.shuffle(waiting)
                redis.rpush(queue, *waiting)

    def _connected(self) -> "Redis":
        return Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=1)
