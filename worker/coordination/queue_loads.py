"""How many messages wait in the broker's queues, and since when; Celery's lists are only read."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress

from redis import Redis
from redis.exceptions import RedisError

from worker.ports.dispatch.messages import DUE_AT
from worker.ports.records.surroundings import QueueLoad


def queue_loads(redis: Redis, names: Sequence[str], *, at: float) -> Mapping[str, QueueLoad]:
    """Return what waits; nothing at all while the broker is away. ``at`` is now, in seconds since 1970."""
    try:
        with redis.pipeline(transaction=False) as asked:
            for name in names:
                asked.llen(name)
                asked.lindex(name, -1)  # Celery adds on the left and takes from the right
            answers = asked.execute()
    except RedisError:
        return {}
    pairs = zip(answers[::2], answers[1::2], strict=True)
    return {name: _load(waiting, oldest, at=at) for name, (waiting, oldest) in zip(names, pairs, strict=True)}


def _load(waiting: int, oldest: bytes | None, *, at: float) -> QueueLoad:
    if oldest is not None:
        with suppress(ValueError, KeyError, TypeError):  # of an earlier release, or of another program
            return QueueLoad(waiting, max(0.0, at - float(json.loads(oldest)["headers"][DUE_AT])))
    return QueueLoad(waiting)
