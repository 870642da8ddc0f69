"""A broker that is away costs a log line: what was not sent is sent again by tick and sweep."""

from uuid import uuid4

import pytest
from celery import Celery

from tests.stack.addresses import free_port
from worker.coordination.connection import connect
from worker.coordination.wakeups import RedisWakeups
from worker.domain.ids import CallId, CarrierId
from worker.jobs.app import configuration
from worker.jobs.queue import CeleryJobQueue


@pytest.fixture
def queue() -> CeleryJobQueue:
    """Give a queue whose Redis does not exist."""
    url = f"redis://127.0.0.1:{free_port()}/0"
    app = Celery("test", set_as_current=False)
    app.conf.update(configuration(broker_url=url, task_events=False))
    return CeleryJobQueue(app, RedisWakeups(connect(url)))


def test_no_request_raises_while_the_broker_is_away(queue: CeleryJobQueue, caplog: pytest.LogCaptureFixture) -> None:
    queue.plan_carrier(CarrierId(uuid4()))
    queue.place_calls([CallId(uuid4())])
    queue.deliver_callbacks("crm.example")

    ours = [vars(record)["action"] for record in caplog.records if record.name == "worker.jobs.queue"]
    assert ours == ["wakeup_lost", "task_not_sent", "wakeup_lost"]
