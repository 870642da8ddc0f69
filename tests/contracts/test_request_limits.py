"""A tenant's requests and imports at once are bounded alike in Redis and in one process."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from fakeredis import FakeRedis
from redis import Redis

from tests.fakes.clock import Seconds
from tests.stack.addresses import free_port
from worker.coordination import keys
from worker.coordination.connection import connect
from worker.coordination.request_limits import (
    ASKED_AGAIN_SECONDS,
    LocalRequestLimits,
    RedisRequestLimits,
    SharedOrLocal,
)
from worker.domain.ids import TenantId
from worker.domain.request_rate import LONGEST_WAIT_SECONDS, RequestRate
from worker.ports.records.request_limits import RequestLimits, Traffic

ALPHA, BETA = TenantId(UUID(int=1)), TenantId(UUID(int=2))
SLOW = RequestRate(per_second=1, burst=3)
"""So slow that no request drains while a test runs."""


def _local(_request: pytest.FixtureRequest) -> RequestLimits:
    return LocalRequestLimits(Seconds())


def _fakeredis(_request: pytest.FixtureRequest) -> RequestLimits:
    return RedisRequestLimits(FakeRedis())


def _redis(request: pytest.FixtureRequest) -> RequestLimits:
    client = connect(request.getfixturevalue("redis_url"))
    request.addfinalizer(client.close)
    return RedisRequestLimits(client)


KINDS = [
    pytest.param(_local, id="local"),
    pytest.param(_fakeredis, id="fakeredis"),
    pytest.param(_redis, id="redis", marks=pytest.mark.redis),
]


@pytest.fixture(params=KINDS)
def limits(request: pytest.FixtureRequest) -> RequestLimits:
    make: Callable[[pytest.FixtureRequest], RequestLimits] = request.param
    return make(request)


def test_a_burst_passes_and_the_next_request_waits(limits: RequestLimits) -> None:
    asked = [limits.ask(ALPHA, Traffic.ORDINARY, rate=SLOW) for _ in range(4)]

    assert [one.wait_seconds for one in asked[:3]] == [0, 0, 0]
    assert 0 < asked[3].wait_seconds <= 1
    assert [one.used for one in asked] == [1, 2, 3, 3]


def test_other_tenants_and_stops_have_buckets_of_their_own(limits: RequestLimits) -> None:
    for _ in range(4):
        limits.ask(ALPHA, Traffic.ORDINARY, rate=SLOW)

    others = limits.ask(BETA, Traffic.ORDINARY, rate=SLOW), limits.ask(ALPHA, Traffic.STOPS, rate=SLOW)

    assert [one.wait_seconds for one in others] == [0, 0]


@pytest.mark.parametrize("rate", [RequestRate(0, burst=5), RequestRate(5, burst=0)])
def test_a_cap_of_zero_lets_nobody_pass(limits: RequestLimits, rate: RequestRate) -> None:
    assert limits.ask(ALPHA, Traffic.ORDINARY, rate=rate).wait_seconds == LONGEST_WAIT_SECONDS


def test_so_many_imports_run_at_once_and_an_end_makes_room(limits: RequestLimits) -> None:
    places = [limits.begin_import(ALPHA, at_once=2) for _ in range(3)]
    other = limits.begin_import(BETA, at_once=2)
    assert places[0] is not None
    places[0]()

    assert [one is not None for one in (*places, other, limits.begin_import(ALPHA, at_once=2))] == [
        *(True, True, False),
        *(True, True),
    ]


def test_so_many_exports_run_at_once_beside_imports_and_a_renewal_takes_no_place(limits: RequestLimits) -> None:
    limits.begin_import(ALPHA, at_once=1)
    places = [limits.begin_export(ALPHA, at_once=2) for _ in range(3)]
    assert places[0] is not None
    assert places[1] is not None
    places[0].renew()
    full = limits.begin_export(ALPHA, at_once=2)
    places[1].release()

    assert [one is not None for one in (*places, full, limits.begin_export(ALPHA, at_once=2))] == [
        *(True, True, False),
        *(False, True),
    ]


def test_requests_that_come_at_once_pass_no_more_than_the_burst(limits: RequestLimits) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(lambda _: limits.ask(ALPHA, Traffic.ORDINARY, rate=SLOW), range(40)))
    drained = int((time.monotonic() - began) * SLOW.per_second)  # none, unless the machine is busy

    assert SLOW.burst <= sum(one.wait_seconds == 0 for one in asked) <= SLOW.burst + drained


@pytest.mark.redis
def test_a_bucket_in_redis_drains_and_is_forgotten(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        limits = RedisRequestLimits(redis)
        fast = RequestRate(per_second=4, burst=1)
        first = limits.ask(ALPHA, Traffic.ORDINARY, rate=fast)
        second = limits.ask(ALPHA, Traffic.ORDINARY, rate=fast)
        time.sleep(second.wait_seconds)
        third = limits.ask(ALPHA, Traffic.ORDINARY, rate=fast)

        assert [first.wait_seconds, third.wait_seconds] == [0, 0]
        assert 0 < second.wait_seconds <= 0.25
        assert 0 < int(str(redis.pttl(keys.requests(ALPHA, Traffic.ORDINARY)))) <= 2_000


def test_without_redis_each_process_limits_by_itself_and_asks_again_later(caplog: pytest.LogCaptureFixture) -> None:
    seconds = Seconds()
    nowhere = RedisRequestLimits(connect(f"redis://127.0.0.1:{free_port()}"))
    limits = SharedOrLocal(nowhere, LocalRequestLimits(seconds), seconds=seconds)

    asked = [limits.ask(ALPHA, Traffic.ORDINARY, rate=SLOW).wait_seconds for _ in range(4)]
    place = limits.begin_import(ALPHA, at_once=1)
    second = limits.begin_import(ALPHA, at_once=1)
    export = limits.begin_export(ALPHA, at_once=1)

    assert export is not None
    assert asked[:3] == [0, 0, 0]
    assert asked[3] > 0
    assert (place is not None, second) == (True, None)
    assert [record.action for record in caplog.records if hasattr(record, "action")] == ["request_limits_local"]


def test_redis_is_asked_again_when_it_is_back() -> None:
    seconds = Seconds()
    away = RedisRequestLimits(connect(f"redis://127.0.0.1:{free_port()}"))
    shared = RedisRequestLimits(FakeRedis())
    limits = SharedOrLocal(away, LocalRequestLimits(seconds), seconds=seconds)
    limits.ask(ALPHA, Traffic.ORDINARY, rate=SLOW)

    limits.shared = shared
    seconds.pass_by(ASKED_AGAIN_SECONDS)
    for _ in range(3):
        limits.ask(ALPHA, Traffic.ORDINARY, rate=SLOW)

    assert shared.ask(ALPHA, Traffic.ORDINARY, rate=SLOW).wait_seconds > 0
