"""What only the bucket in Redis can meet: Redis was lost, leapt in time, forgot, or is asked by many."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import cast
from uuid import UUID

import pytest
from redis import Redis

from tests.contracts.buckets import BACK_SECONDS, Bucket, in_redis
from tests.stack.addresses import free_port
from worker.coordination import keys
from worker.coordination.connection import connect
from worker.coordination.rate import RedisRate
from worker.domain.errors import Unavailable
from worker.domain.ids import CarrierId

CARRIER = CarrierId(UUID(int=0xCA))


@pytest.fixture
def full(redis_url: str) -> Iterator[tuple[Redis, Bucket]]:
    """Give a limiter of fifty calls a second in a real Redis, of which six may begin at once."""
    with connect(redis_url) as client:
        bucket = in_redis(client, CARRIER)
        bucket.fill(50)
        assert bucket.available(50).count > 5
        yield client, bucket


def test_a_bucket_that_redis_lost_starts_empty(full: tuple[Redis, Bucket]) -> None:
    redis, bucket = full
    redis.flushall()

    assert bucket.available(50).count == 0


def test_a_bucket_of_another_life_of_redis_is_lost(full: tuple[Redis, Bucket]) -> None:
    redis, bucket = full
    redis.zremrangebyrank(keys.dials(CARRIER), 0, 0)
    redis.zadd(keys.dials(CARRIER), {"life:an older snapshot": -1})

    assert bucket.available(50).count == 0


def test_a_bucket_that_saw_a_later_time_is_lost(full: tuple[Redis, Bucket]) -> None:
    redis, bucket = full
    (life,) = cast("list[str]", redis.zrange(keys.dials(CARRIER), 0, 0))  # redis-py knows no narrower type
    redis.zincrby(keys.dials(CARRIER), -3_600_000_000, life)

    assert bucket.available(50).count == 0
    bucket.wait(BACK_SECONDS)
    assert bucket.available(50).count > 5, "an hour's leap costs a second, not an hour"


def test_a_redis_that_forgot_the_script_is_told_it_again(full: tuple[Redis, Bucket]) -> None:
    redis, bucket = full
    redis.script_flush()

    assert bucket.available(50).count > 5


def test_a_bucket_lapses_after_an_idle_day(full: tuple[Redis, Bucket]) -> None:
    redis, bucket = full
    bucket.reserve(1, per_second=50)

    for key in (keys.dials(CARRIER), keys.reservations(CARRIER)):
        assert 86_000_000 < redis.pttl(key) <= 86_400_000


def test_a_bucket_holds_no_more_than_a_second_of_calls(full: tuple[Redis, Bucket]) -> None:
    redis, bucket = full
    for _ in range(200):
        bucket.take(1, per_second=50)
        bucket.wait(0.005)
    bucket.wait(5)
    bucket.take(1, per_second=50)

    assert redis.zcard(keys.dials(CARRIER)) == 2
    assert redis.zcard(keys.reservations(CARRIER)) <= 2


@pytest.mark.usefixtures("full")
def test_workers_that_take_at_once_share_the_tokens(redis_url: str) -> None:
    def take_all(_: int) -> int:
        with connect(redis_url) as client:
            bucket = in_redis(client, CARRIER)
            return sum(bucket.take(1, per_second=50).count for _ in range(5))

    with ThreadPoolExecutor(4) as workers:
        got = list(workers.map(take_all, range(4)))

    assert sum(got) == 6


def test_redis_that_is_away_is_unavailable_and_hears_nothing() -> None:
    with connect(f"redis://127.0.0.1:{free_port()}/0") as client:
        rate = RedisRate(client)

        with pytest.raises(Unavailable):
            rate.available(CARRIER, per_second=1, count=1)
        with pytest.raises(Unavailable):
            rate.reserve(CARRIER, per_second=1, count=1)
        with pytest.raises(Unavailable):
            rate.take(CARRIER, per_second=1, reserved="r", first=0, count=1)
        rate.dialled(CARRIER, receipt="r 0 1")
