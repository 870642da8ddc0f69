"""Wake-ups let one of many identical requests through: in memory and in Redis."""

from collections.abc import Callable

import pendulum
import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeWakeups
from tests.stack.addresses import free_port
from worker.coordination.connection import connect
from worker.coordination.wakeups import RedisWakeups
from worker.domain.errors import Unavailable
from worker.domain.timing import WAKEUP_LAPSES
from worker.ports.dispatch.messages import Wakeups

NOON = pendulum.datetime(2026, 3, 2, 5, 0)


def _fake(_request: pytest.FixtureRequest) -> Wakeups:
    return FakeWakeups(FakeClock(NOON))


def _redis(request: pytest.FixtureRequest) -> Wakeups:
    client = connect(request.getfixturevalue("redis_url"))
    request.addfinalizer(client.close)
    return RedisWakeups(client)


@pytest.fixture(params=[pytest.param(_fake, id="fake"), pytest.param(_redis, id="redis", marks=pytest.mark.redis)])
def wakeups(request: pytest.FixtureRequest) -> Wakeups:
    make: Callable[[pytest.FixtureRequest], Wakeups] = request.param
    return make(request)


def test_the_first_request_goes_through(wakeups: Wakeups) -> None:
    assert wakeups.request("plan:1")


def test_a_second_request_waits_for_the_first_to_be_taken(wakeups: Wakeups) -> None:
    wakeups.request("plan:1")

    assert not wakeups.request("plan:1")


def test_requests_for_different_things_do_not_hinder_each_other(wakeups: Wakeups) -> None:
    wakeups.request("plan:1")

    assert wakeups.request("plan:2")


def test_once_taken_the_next_request_goes_through(wakeups: Wakeups) -> None:
    wakeups.request("plan:1")
    wakeups.taken("plan:1")

    assert wakeups.request("plan:1")


def test_taking_what_nobody_asked_for_is_harmless(wakeups: Wakeups) -> None:
    wakeups.taken("plan:1")

    assert wakeups.request("plan:1")


def test_a_request_that_nobody_took_lapses_in_memory() -> None:
    clock = FakeClock(NOON)
    wakeups = FakeWakeups(clock)
    wakeups.request("plan:1")
    clock.wait(WAKEUP_LAPSES.total_seconds())

    assert wakeups.request("plan:1")


@pytest.mark.redis
def test_a_request_that_nobody_took_lapses_in_redis(redis_url: str) -> None:
    with connect(redis_url) as client:
        RedisWakeups(client).request("plan:1")

        assert 0 < client.pttl("callbeat:wakeup:plan:1") <= WAKEUP_LAPSES.total_seconds() * 1000


def test_where_somebody_could_be_asked_there_is_nothing_to_say(wakeups: Wakeups) -> None:
    wakeups.check()


def test_redis_that_is_away_is_unavailable() -> None:
    with connect(f"redis://127.0.0.1:{free_port()}/0") as client:
        wakeups = RedisWakeups(client)

        for ask in (lambda: wakeups.request("plan:1"), wakeups.check):
            with pytest.raises(Unavailable, match="Redis is away"):
                ask()


@pytest.mark.redis
def test_redis_that_is_full_is_unavailable(full_redis_url: str) -> None:
    with connect(full_redis_url) as client:
        wakeups = RedisWakeups(client)

        for ask in (lambda: wakeups.request("plan:1"), wakeups.check):
            with pytest.raises(Unavailable, match="Redis is full"):
                ask()
