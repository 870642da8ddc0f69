"""Messages that are sent while the doubling goes on come more than once, and byte for byte."""

import time
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from redis import Redis

from tests.faults.messages import Doubling

MESSAGE = '{"body": "eyJ4\\"Ig==", "headers": {"kwargsrepr": "{\'call_ids\': [\'Xin ch\\u00e0o\\n\']}"}}'
PATIENCE = 10.0


@pytest.mark.slow
def test_what_is_sent_meanwhile_comes_three_times(redis_url: str) -> None:
    sent = [f"{number} {MESSAGE}".encode() for number in range(20)]
    doubling = Doubling(redis_url, Random(1))
    with Redis.from_url(redis_url) as redis:
        redis.lpush("calls", b"before")
        doubling.begin()
        _wait_until_monitored(redis)

        for message in sent:
            redis.lpush("calls", message)
        _wait_for(redis, "calls", length=1 + 2 * len(sent))
        doubling.end()

        waiting = redis.lrange("calls", 0, -1)
    assert Counter(waiting) == {b"before": 1, **dict.fromkeys(sent, 3)}
    assert doubling.copies == 2 * len(sent)


def test_what_waits_is_shuffled(redis_url: str) -> None:
    sent = [str(number).encode() for number in range(50)]
    doubling = Doubling(redis_url, Random(1))
    with Redis.from_url(redis_url) as redis:
        redis.rpush("plan", *sent)

        doubling.end()

        waiting = redis.lrange("plan", 0, -1)
    assert waiting != sent
    assert sorted(waiting) == sorted(sent)


def test_other_lists_are_left_alone(redis_url: str) -> None:
    doubling = Doubling(redis_url, Random(1))
    with Redis.from_url(redis_url) as redis:
        doubling.begin()
        _wait_until_monitored(redis)

        redis.lpush("somebody's", b"message")
        redis.lpush("calls", b"message")
        _wait_for(redis, "calls", length=2)
        doubling.end()

        assert redis.lrange("somebody's", 0, -1) == [b"message"]


def _wait_until_monitored(redis: "Redis") -> None:
    _wait_until(lambda: any(b"monitor" in str(one).lower().encode() for one in redis.client_list()))


def _wait_for(redis: "Redis", queue: str, *, length: int) -> None:
    _wait_until(lambda: redis.llen(queue) >= length)


def _wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)
