"""The Flower that `callbeat flower` runs: a login, bounded tasks, and counters that outlive it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from celery import Celery

from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.callbeat import callbeat
from tests.stack.environment import environment
from tests.stack.process import Process
from tests.stack.waiting import wait_until

START_SECONDS: Final = 60.0
LOGIN: Final = ("operator", "the-login-of-the-test")
WORKER: Final = "callbacks-1@here"
TASKS: Final = 30
REMEMBERED: Final = 10


@contextmanager
def flower(home: Path, *, redis_url: str) -> Iterator[httpx.Client]:
    port = free_port()
    around = environment(home=home, redis_url=redis_url) | {
        "FLOWER_BASIC_AUTH": ":".join(LOGIN),
        "FLOWER_MAX_TASKS": str(REMEMBERED),
        "FLOWER_ENABLE_EVENTS": "false",
    }
    with (
        Process("flower", callbeat("flower", f"--port={port}"), around, log=home.parent / "flower.log") as process,
        httpx.Client(base_url=f"http://{LOOPBACK}:{port}", auth=LOGIN, trust_env=False, timeout=10) as client,
    ):
        wait_until(lambda: answers(client), seconds=START_SECONDS)
        yield client
        process.terminate()
        assert process.wait(START_SECONDS) == 0


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthcheck").is_success
    except httpx.TransportError:
        return False


def received(client: httpx.Client) -> int:
    """Return how many tasks the worker has received, as the page of workers shows it."""
    workers: list[dict[str, Any]] = client.get("/workers?json=1").json()["data"]  # Any: Flower's own
    return sum(int(one.get("task-received", 0)) for one in workers if one["hostname"] == WORKER)


def remembered(client: httpx.Client) -> int:
    asked = {"draw": 1, "start": 0, "length": 100, "search[value]": "", "order[0][column]": 0}
    asked |= {"order[0][dir]": "asc", "columns[0][data]": "name"}
    return int(client.post("/tasks/datatable", data=asked).json()["recordsTotal"])


def send_events(redis_url: str) -> None:
    app = Celery(broker=redis_url, set_as_current=False)
    with app.events.default_dispatcher(hostname=WORKER) as events:
        events.send("worker-heartbeat", freq=2, sw_ident="test", active=0, processed=0)
        for _ in range(TASKS):
            events.send("task-received", uuid=str(uuid4()), name="callbeat.tick", args="", kwargs="", timestamp=time())


@pytest.mark.slow
def test_flower_asks_for_a_login_bounds_its_tasks_and_counts_on_after_a_restart(tmp_path: Path, redis_url: str) -> None:
    home = tmp_path / "home"
    with flower(home, redis_url=redis_url) as client:
        assert httpx.get(f"{client.base_url}/workers", trust_env=False).status_code == 401
        wait_until(lambda: received(client) > 0, seconds=START_SECONDS, meanwhile=lambda: send_events(redis_url))
        wait_until(lambda: received(client) % TASKS == 0, seconds=START_SECONDS)
        counted = received(client)
        assert remembered(client) == REMEMBERED
    state = list(home.glob("flower.state*"))  # how many files they are depends on this Python's dbm
    assert state
    assert [path for path in state if path.stat().st_mode & 0o077] == []

    with flower(home, redis_url=redis_url) as client:
        assert (received(client), remembered(client)) == (counted, REMEMBERED)
