"""A carrier's rate limiter in memory, in Redis and in the Redis that is none, with time that passes as a test says."""

from collections.abc import Callable, Sequence
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
from worker.domain.timing import TOKEN_RETURNS, TOKEN_UNCONFIRMED
from worker.ports.dispatch.messages import Rate, SharedPace, Taken, Tokens

NOON = pendulum.datetime(2026, 3, 2, 5, 0)
BACK_SECONDS = TOKEN_RETURNS.total_seconds()
"""After so long every token whose dial was confirmed is back."""
UNTOLD_SECONDS = TOKEN_UNCONFIRMED.total_seconds()
"""So much later where nobody said when the call was dialled."""
BLUR_SECONDS = 0.2
"""A test that asks a real Redis takes time."""


@dataclass
class Bucket:
    """One carrier's limiter, and how time passes for it."""

    rate: Rate
    wait: Callable[[float], None]
    clock: Callable[[], float]
    """The moment of the last question, in seconds."""
    carrier_id: CarrierId
    shared: SharedPace | None = None

    def available(self, per_second: int, *, count: int = 1000) -> Tokens:
        return self.rate.available(self.carrier_id, per_second=per_second, count=count, shared=self.shared)

    def reserve(self, count: int, *, per_second: int) -> Tokens:
        return self.rate.reserve(self.carrier_id, per_second=per_second, count=count, shared=self.shared)

    def take(self, count: int, *, per_second: int, tokens: Tokens | None = None, first: int = 0) -> Taken:
        """Take so many tokens; without a reservation it makes one, whose times do not matter."""
        receipt = (tokens or self.reserve(count, per_second=per_second)).receipt
        return self.rate.take(
            self.carrier_id, per_second=per_second, reserved=receipt, first=first, count=count, shared=self.shared
        )

    def dialled(self, taken: Taken, *, after: float = 0) -> None:
        """Say that these were dialled, so long after they were taken."""
        self.wait(after)
        self.rate.dialled(self.carrier_id, receipt=taken.receipt, shared=self.shared)

    def fill(self, per_second: int) -> None:
        """Let the second pass after which a limiter that nobody knew admits calls."""
        self.available(per_second)
        self.wait(BACK_SECONDS)


@dataclass
class Past:
    """Time passes in a real Redis by making what it remembers older."""

    redis: Redis
    names: Sequence[str]
    """What it remembers; the first key is asked for the time that was last seen."""
    passed: float = 0.0

    def wait(self, seconds: float) -> None:
        self.passed += seconds
        micros = round(seconds * 1_000_000)
        for key in self.names:
            known = cast("list[tuple[bytes, float]]", self.redis.zrange(key, 0, -1, withscores=True))
            for member, score in known:
                older = -micros if score > 0 else micros  # the last time that was seen is kept with a minus
                self.redis.zincrby(key, older, member)

    def now(self) -> float:
        ((_, seen),) = cast("list[tuple[bytes, float]]", self.redis.zrange(self.names[0], 0, 0, withscores=True))
        return -seen / 1_000_000 + self.passed


def _fake(_request: pytest.FixtureRequest, carrier_id: CarrierId) -> Bucket:
    clock = FakeClock(NOON)
    return Bucket(FakeRate(clock), clock.wait, lambda: clock.now().timestamp(), carrier_id)


def in_redis(redis: Redis, carrier_id: CarrierId) -> Bucket:
    past = Past(redis, [keys.dials(carrier_id), keys.reservations(carrier_id)])
    return Bucket(RedisRate(redis), past.wait, past.now, carrier_id)


def on_one_gateway(bucket: Bucket, *others: CarrierId, shared: SharedPace) -> list[Bucket]:
    """Return the limiters of carriers that share a gateway's, and their time."""
    carrier_ids = (bucket.carrier_id, *others)
    match bucket.rate:
        case RedisRate() as rate:
            names = [keys.gateway_dials(shared.gateway), keys.gateway_reservations(shared.gateway)]
            names += [name for one in carrier_ids for name in (keys.dials(one), keys.reservations(one))]
            past = Past(rate.redis, names)
            return [Bucket(rate, past.wait, past.now, one, shared) for one in carrier_ids]
        case rate:
            return [Bucket(rate, bucket.wait, bucket.clock, one, shared) for one in carrier_ids]


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
