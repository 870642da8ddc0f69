"""A worker that is told to stop finishes the message in its hands and hands back what it has taken besides."""

import time
from pathlib import Path
from uuid import uuid4

import pytest
from celery import Celery
from redis import Redis

from tests.stack.callbeat import run_callbeat, worker_command
from tests.stack.environment import environment
from tests.stack.process import Process
from worker.coordination.connection import connect
from worker.coordination.wakeups import RedisWakeups
from worker.domain.ids import CallId
from worker.jobs import names
from worker.jobs.app import configuration
from worker.jobs.queue import CeleryJobQueue

MESSAGES = 300
SOME = 20
SECONDS = 60.0


@pytest.mark.slow
def test_every_message_is_worked_on_or_waits_for_the_next_worker(redis_url: str, tmp_path: Path) -> None:
    around = environment(home=tmp_path / "home", redis_url=redis_url, switch_urls="esl://:x@127.0.0.1:1")
    run_callbeat(around, "migrate")
    _send(redis_url)

    command = worker_command("worker", queues=names.CALLS)
    with Redis.from_url(redis_url) as redis, Process("worker", command, around, log=tmp_path / "log") as worker:
        _wait_until_some_are_taken(redis)
        worker.terminate()
        code = worker.wait(SECONDS)
        waiting, in_hands = redis.llen(names.CALLS), redis.hlen("unacked")

    worked_on = worker.said().count('"action":"no_switch"')
    assert (code, in_hands) == (0, 0)
    assert worked_on
    assert worked_on + waiting == MESSAGES


def _send(redis_url: str) -> None:
    """Send messages for calls that nobody can dial: each leaves a line in the log of whoever works on it."""
    app = Celery("test", set_as_current=False)
    app.conf.update(configuration(broker_url=redis_url, task_events=False))
    with connect(redis_url) as redis:
        queue = CeleryJobQueue(app, RedisWakeups(redis))
        for _ in range(MESSAGES):
            queue.place_calls([CallId(uuid4())])
    app.close()


def _wait_until_some_are_taken(redis: Redis) -> None:
    deadline = time.monotonic() + SECONDS
    while redis.llen(names.CALLS) > MESSAGES - SOME:
        assert time.monotonic() < deadline, "the worker takes nothing"
        time.sleep(0.005)
