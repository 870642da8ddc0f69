"""Watches when a worker takes the beat's tick, by the events that workers send to whoever listens."""

import base64
import time
from contextlib import suppress
from threading import Event, Thread
from typing import Any, Final

import orjson
from redis import Redis
from redis.exceptions import RedisError

from worker.jobs import names

CHANNELS: Final = "*celeryev*"
LOOK_SECONDS: Final = 0.5
RECEIVED: Final = "task-received"


class Ticks:
    """Moments of the clock at which ticks were taken, for as long as the run lasts."""

    def __init__(self, url: str) -> None:
        """Watch."""
        self.moments: list[float] = []
        self._url = url
        self._enough = Event()
        Thread(target=self._watch, daemon=True).start()

    def close(self) -> None:
        """Watch no more."""
        self._enough.set()

    def _watch(self) -> None:
        while not self._enough.wait(LOOK_SECONDS):
            with (
                suppress(RedisError),
                Redis.from_url(self._url, socket_timeout=2) as redis,
                redis.pubsub(ignore_subscribe_messages=True) as heard,
            ):
                heard.psubscribe(CHANNELS)
                while not self._enough.is_set():
                    message = heard.get_message(timeout=LOOK_SECONDS)
                    self.moments += [time.time()] * (0 if message is None else ticks_in(message["data"]))


def ticks_in(data: bytes) -> int:
    """Count the ticks that one message tells of."""
    message = orjson.loads(data)
    told: Any = orjson.loads(base64.b64decode(message["body"]))  # Any: JSON
    events = told if isinstance(told, list) else [told]
    return sum((event.get("type"), event.get("name")) == (RECEIVED, names.TICK) for event in events)
