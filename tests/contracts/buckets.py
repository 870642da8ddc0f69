"""A carrier's bucket in memory, in Redis and in the Redis that is none, with time that passes as a test says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import pendulum
import pytest
from fakeredis import FakeRedis
from redis import Redis

from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeRate
from worker.coordination import keys
from worker.coordination.connection import connect
from worker.coordination.rate import RedisRate
from worker.domain.ids import CarrierId
from worker.domain.timing import TOKEN_UNCONFIRMED
from worker.ports.dispatch.messages import Rate, Tokens

NOON = pendulum.datetime(2026, 3, 2, 5, 0)
SLOT_SECONDS = 0.01
BACK_SECONDS = 1.07
"""After so long every token is back: the second, the margin, and a slot of time."""
UNTOLD_SECONDS = TOKEN_UNCONFIRMED.total_seconds()
"""So much later where nobody said when the call was dialled."""


@dataclass
class Bucket:
    """One carrier's bucket, and how time passes for it."""

    rate: Rate
    wait: Callable[[float], None]
    clock: Callable[[], float]
    """The moment of the last question, in seconds."""
    carrier_id: CarrierId
    aged: Callable[[str, float], str] = lambda receipt, _seconds: receipt
    """A receipt as it reads after so long."""

    def available(self, per_second: int) -> Tokens:
        return self.rate.available(self.carrier_id, per_second=per_second)

    def reserve(self, count: int, *, per_second: int) -> Tokens:
        return self.rate.reserve(self.carrier_id, per_second=per_second, count=count)

    def dialled(self, tokens: Tokens, *, after: float = 0) -> None:
        """Say that these were dialled, so long after they were taken."""
        self.wait(after)
        self.rate.dialled(self.carrier_id, receipt=self.aged(tokens.receipt, after))

    def fill(self, per_second: int) -> None:
        """Let the second pass after which a bucket that nobody knew has its tokens."""
        self.available(per_second)
        self.wait(BACK_SECONDS)


@dataclass
class Past:
    """Time passes in a real Redis by making what it remembers older."""

    redis: Redis
    carrier_id: CarrierId
    shifted_slots: int = 0

    def wait(self, seconds: float) -> None:
        slots = round(seconds / SLOT_SECONDS)
        self.shifted_slots += slots
        key = keys.rate(self.carrier_id)
        read = cast("dict[bytes, bytes]", self.redis.hgetall(key))
        known = {name.decode(): value.decode() for name, value in read.items()}
        self.redis.delete(key)
        for name, value in known.items():
            self.redis.hset(key, str(int(name) - slots) if name.isdigit() else name, value)
        self.redis.hincrby(key, "seen", -slots * 10_000)

    def aged(self, receipt: str, seconds: float) -> str:
        if not receipt:
            return receipt
        slot, _, count = receipt.partition(" ")
        return f"{int(slot) - round(seconds / SLOT_SECONDS)} {count}"

    def now(self) -> float:
        seen = self.redis.hget(keys.rate(self.carrier_id), "seen")
        assert seen is not None
        return int(seen) / 1_000_000 + self.shifted_slots * SLOT_SECONDS


def _fake(_request: pytest.FixtureRequest, carrier_id: CarrierId) -> Bucket:
    clock = FakeClock(NOON)
    return Bucket(FakeRate(clock), clock.wait, lambda: clock.now().timestamp(), carrier_id)


def in_redis(redis: Redis, carrier_id: CarrierId) -> Bucket:
    past = Past(redis, carrier_id)
    return Bucket(RedisRate(redis), past.wait, past.now, carrier_id, past.aged)


def _redis(request: pytest.FixtureRequest, carrier_id: CarrierId) -> Bucket:
    client = connect(request.getfixturevalue("redis_url"))
    request.addfinalizer(client.close)
    return in_redis(client, carrier_id)


def _fakeredis(_request: pytest.FixtureRequest, carrier_id: CarrierId) -> Bucket:
    return in_redis(FakeRedis(), carrier_id)


KINDS = [
    pytest.param(_fake, id="fake"),
    pytest.param(_fakeredis, id="fakeredis"),
    pytest.param(_redis, id="redis", marks=pytest.mark.redis),
]
Make = Callable[[pytest.FixtureRequest, CarrierId], Bucket]
