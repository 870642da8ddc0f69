"""The broker is asked by a message that is sent and taken, on the connections that tasks use."""

from collections.abc import Iterator

import pytest
from celery import Celery
from kombu import Queue

from worker.jobs.broker_check import QUEUE, check_broker


@pytest.fixture
def app() -> Iterator[Celery]:
    """Return an app whose broker is this process's memory."""
    app = Celery("test", set_as_current=False, broker="memory://", backend="disabled")
    yield app
    app.close()


def test_a_message_is_sent_and_taken_and_nothing_is_left(app: Celery) -> None:
    check_broker(app)

    with app.connection_for_read() as connection:
        left = Queue(QUEUE)(connection.channel()).get()
    assert left is None
