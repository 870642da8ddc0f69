"""The embedded broker in a home with a short and with a long path, and the one without Redis: who gets in."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from kombu import Connection
from redis import Redis, RedisError

from tests.stack.environment import environment
from tests.stack.process import Process
from tests.stack.waiting import wait_until
from worker.cli import embedded
from worker.cli.embedded import broker
from worker.coordination.connection import connect, server_version
from worker.jobs.app import celery_url

START_SECONDS = 60.0


@contextmanager
def running(home: Path) -> Iterator[str]:
    """Run what ``up`` would run in this home; yield its address."""
    found = broker(home)
    process = Process("redis", list(found.command), environment(home=home), log=home / "redis.log")
    with process, closing(connect(found.url)) as client:
        wait_until(lambda: answers(client), seconds=START_SECONDS)
        yield found.url


def answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


@pytest.fixture
def long_home(tmp_path: Path) -> Path:
    home = tmp_path / ("x" * 100)
    home.mkdir()
    return home


@pytest.mark.redis
def test_celery_and_we_reach_it_by_its_socket(tmp_path: Path) -> None:
    with running(tmp_path) as url:
        with Connection(celery_url(url)) as celery, closing(connect(url)) as redis:
            celery.SimpleQueue("calls").put("a message")
            assert redis.llen("calls") == 1
            assert server_version(redis)[:1].isdigit()
        assert (tmp_path / "redis.sock").lstat().st_mode & 0o777 == 0o600


@pytest.mark.redis
def test_without_the_password_nobody_gets_in(long_home: Path) -> None:
    with running(long_home) as url, closing(connect(f"redis://{url.rpartition('@')[2]}")) as stranger:
        assert url.startswith("redis://:")
        with pytest.raises(RedisError, match="authenticate"):
            stranger.ping()


def test_the_protocol_without_a_redis_is_served_on_the_socket_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "redis_program", lambda: None)

    with running(tmp_path) as url, closing(connect(url)) as first, closing(connect(url)) as second:
        first.set("a", "1")
        assert second.get("a") == b"1"
        assert broker(tmp_path).command[0] == sys.executable
        assert (tmp_path / "redis.sock").lstat().st_mode & 0o077 == 0
