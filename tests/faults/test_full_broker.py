"""A broker that is full, away or standing still: who asks for calls is told to come again, everything else is taken."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import httpx
import pytest
from redis import Redis
from redis.exceptions import OutOfMemoryError

from tests.builders.api import a_tenant
from tests.faults.bad_input.right import PHONE, Right
from tests.faults.counter import Told, ask, furnish, open_counter
from tests.stack.addresses import free_port
from tests.stack.process import Process
from tests.stack.redis import redis_process, redis_url
from tests.stack.running import START_SECONDS
from tests.stack.waiting import wait_until
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore

UNREADY_SECONDS: Final = 20.0
"""Readiness is found out once a second at most, and by a message that has to come back."""
BOUND_SECONDS: Final = 20.0
"""Of every answer; on an idle machine it is 2 seconds while the broker stands still, and nothing otherwise."""
CAMPAIGN: Final = "/v3/campaign/{campaign_uuid}"
START: Final = Right("POST", CAMPAIGN + "/run/start")
SINGLE: Final = {"campaign_uuid": "{campaign_uuid}", "phone_number": PHONE}
ASKS: Final = (
    START,
    Right("POST", "/v1/campaign/{campaign_uuid}/run/start"),
    Right("PUT", CAMPAIGN, {"status": "start", "concurrent_call": 7}),
    Right("POST", "/v3/lead", {"list_uuid": "{list_uuid}", "phone_number": PHONE}),
    Right("POST", "/v3/lead/multi", {"list_uuid": "{list_uuid}", "data": [{"phone_number": PHONE}]}),
    Right("POST", "/v3/autocall/import", {**SINGLE, "param": {}}),
    Right("POST", "/v3/autocall/otp", {**SINGLE, "template": "hello", "code_otp": "1234"}),
)
FORBIDS: Final = (
    Right("PUT", CAMPAIGN, {"status": "start", "concurrent_call": 1}),
    Right("POST", CAMPAIGN + "/run/pause"),
    Right("POST", CAMPAIGN + "/run/stop"),
    Right("PATCH", CAMPAIGN + "/active", {"active": False}),
    Right("PATCH", "/v3/list/{list_uuid}/active", {"active": False}),
    Right("PUT", "/v3/carrier/{carrier_uuid}", {"carrier_name": "main", "concurrent_call": 1}),
    Right("POST", "/v1/blacklist", {"blacklist": [{"phone_number": PHONE}]}),
    Right("POST", "/v3/network/ported", {"ported": [{"phone_number": PHONE, "network": "vina"}]}),
    Right("PUT", "/v3/network/prefix", {"prefixes": [{"prefix": "034", "network": None}]}),
    Right("DELETE", CAMPAIGN),
)
"""In this order, of a campaign that runs."""
READS: Final = tuple(
    Right("GET", path)
    for path in ("/v3/campaign", CAMPAIGN, CAMPAIGN + "/monitor", CAMPAIGN + "/why", "/v3/lead", "/v3/cdr", "/metrics")
)
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True)
class Place:
    """A running API, what is in its database, and its broker."""

    api: httpx.Client
    known: Mapping[str, str]
    database: Path
    redis: Process
    redis_url: str

    def ask(self, right: Right) -> Told:
        """Send one request."""
        return ask(self.api, right.filled(self.known))

    def rows(self) -> list[str]:
        """Give everything that is in the database."""
        with closing(sqlite3.connect(self.database)) as connection:
            return list(connection.iterdump())

    def is_ready(self) -> bool:
        """Whether the API says that its broker is well."""
        return self.api.get("/health/ready").is_success


@pytest.fixture
def place(sqlite_url: str, redis_server: str, tmp_path: Path) -> Iterator[Place]:  # noqa: ARG001 - skips where there is none
    """Run the API beside a Redis of its own, with a campaign and a list."""
    engine = make_engine(sqlite_url)
    a_tenant(SqlStore(engine), name="default")
    engine.dispose()
    port = free_port()
    url = redis_url(port)
    with (
        open_counter(tmp_path, database_url=sqlite_url, redis_url=url) as counter,
        counter.client() as api,
        redis_process(port=port, log=tmp_path / "redis.log") as redis,
    ):
        wait_until(lambda: api.get("/health/ready").is_success, seconds=START_SECONDS)
        yield Place(api, furnish(api), tmp_path / "callbeat.sqlite3", redis, url)


@contextmanager
def full(place: Place) -> Iterator[None]:
    """Fill Redis up to its limit."""
    with Redis.from_url(place.redis_url) as redis:
        redis.config_set("maxmemory-policy", "noeviction")
        redis.config_set("maxmemory", str(int(redis.info("memory")["used_memory"]) + MEGABYTE))
        with suppress(OutOfMemoryError):
            for number in range(1000):
                redis.set(f"somebody else's {number}", b"x" * (MEGABYTE // 10))
        redis.config_set("maxmemory", str(MEGABYTE))  # so that what Redis frees by itself makes no room
        yield
        redis.config_set("maxmemory", "0")


@contextmanager
def away(place: Place) -> Iterator[None]:
    """Keep Redis away."""
    place.redis.kill()
    yield
    place.redis.start()


@contextmanager
def standing_still(place: Place) -> Iterator[None]:
    """Stop Redis between two instructions."""
    place.redis.freeze()
    yield
    place.redis.thaw()


Trouble: TypeAlias = Callable[[Place], AbstractContextManager[None]]
TROUBLES: Final[list[Trouble]] = [full, away, standing_still]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_who_asks_for_calls_is_told_to_come_again_and_nothing_is_stored(place: Place, trouble: Trouble) -> None:
    before = place.rows()
    with trouble(place):
        told = [place.ask(right) for right in ASKS]
        after = place.rows()
        wait_until(lambda: not place.is_ready(), seconds=UNREADY_SECONDS)

    assert [one for one in told if not is_asked_to_come_again(one)] == []
    assert after == before
    wait_until(place.is_ready, seconds=START_SECONDS)
    assert [place.ask(right).status for right in ASKS] == [200] * len(ASKS)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_forbids_changes_or_reads_is_taken(place: Place, trouble: Trouble) -> None:
    assert place.ask(START).status == 200
    with trouble(place):
        told = [place.ask(right) for right in (*READS, *FORBIDS)]

    assert [one for one in told if one.status != 200] == []
    assert max(one.seconds for one in told) < BOUND_SECONDS
    assert place.ask(Right("GET", CAMPAIGN)).status == 404  # the last of them


def is_asked_to_come_again(told: Told) -> bool:
    """Whether a client was refused as it should be, and in time."""
    return (told.status, told.retry_after) == (503, "1") and "Redis" in told.error and told.seconds < BOUND_SECONDS
