"""A broker that is away costs a log line: what was not sent is sent again by tick and sweep."""

from uuid import uuid4

import pytest
from celery import Celery

from tests.builders import NOON
from tests.fakes.clock import FakeClock
from tests.stack.addresses import free_port
from worker.coordination.connection import connect
from worker.coordination.queue_loads import queue_loads
from worker.coordination.wakeups import RedisWakeups
from worker.domain.ids import CallId, CarrierId
from worker.jobs.app import configuration
from worker.jobs.queue import CeleryJobQueue
from worker.ports.records.surroundings import QueueLoad


@pytest.fixture
def queue() -> CeleryJobQueue:
    """Give a queue whose Redis does not exist."""
    url = f"redis://127.0.0.1:{free_port()}/0"
    app = Celery("test", set_as_current=False)
    app.conf.update(configuration(broker_url=url, task_events=False))
    return CeleryJobQueue(app, RedisWakeups(connect(url)))


def test_the_age_of_a_queue_is_that_of_its_oldest_message(redis_url: str) -> None:
    app = Celery("test", set_as_current=False)
    app.conf.update(configuration(broker_url=redis_url, task_events=False))
    clock = FakeClock(NOON)
    redis = connect(redis_url)
    queue = CeleryJobQueue(app, RedisWakeups(redis), now=clock.now)
    for _ in range(2):
        queue.place_calls([CallId(uuid4())])
        clock.wait(30)

    loads = queue_loads(redis, ["calls", "plan"], at=clock.now().timestamp())

    assert loads == {"calls": QueueLoad(2, 60.0), "plan": QueueLoad(0)}
    redis.lpush("plan", b'{"headers": {}}')
    assert queue_loads(redis, ["plan"], at=0) == {"plan": QueueLoad(1)}


def test_nothing_is_told_of_queues_while_the_broker_is_away() -> None:
    away = connect(f"redis://127.0.0.1:{free_port()}/0")

    assert queue_loads(away, ["calls"], at=0) == {}


def test_no_request_raises_while_the_broker_is_away(queue: CeleryJobQueue, caplog: pytest.LogCaptureFixture) -> None:
    queue.plan_carrier(CarrierId(uuid4()))
    queue.place_calls([CallId(uuid4())])
    queue.deliver_callbacks("crm.example")

    ours = [vars(record)["action"] for record in caplog.records if record.name == "worker.jobs.queue"]
    assert ours == ["wakeup_lost", "task_not_sent", "wakeup_lost"]
