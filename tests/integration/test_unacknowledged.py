"""A worker whose Redis stood still while it acknowledged a message takes the next one when Redis goes on."""

import logging
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from kombu import Connection, Queue
from kombu.message import Message
from kombu.transport import redis as kombu_redis
from redis import RedisError

from tests.stack.addresses import free_port
from tests.stack.process import Process
from tests.stack.redis import redis_process, redis_url
from tests.stack.waiting import wait_until
from worker.coordination.connection import connect
from worker.jobs.acknowledging import forget_what_cannot_be_acknowledged

QUEUE = Queue("plan", routing_key="plan")
SOON = {"socket_timeout": 0.3, "socket_connect_timeout": 1, "health_check_interval": 10}
"""As `worker.jobs.app` connects, with a shorter time until Redis counts as away."""
PATIENCE_SECONDS = 20.0

pytestmark = pytest.mark.redis
logger = logging.getLogger(__name__)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[Process, str]]:
    """Give a Redis that may be stopped, and its URL."""
    port = free_port()
    url = redis_url(port)
    with redis_process(port=port, log=tmp_path / "redis.log") as process:
        wait_until(lambda: _answers(url), seconds=PATIENCE_SECONDS)
        yield process, url


def _answers(url: str) -> bool:
    with closing(connect(url)) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


@pytest.mark.parametrize("answer", ["ack", "reject"])
def test_the_place_of_a_message_is_free_after_a_failed_acknowledgement(
    monkeypatch: pytest.MonkeyPatch, redis: tuple[Process, str], answer: str
) -> None:
    monkeypatch.setattr(kombu_redis.Channel, "QoS", kombu_redis.Channel.QoS)  # given back after the test
    forget_what_cannot_be_acknowledged()
    process, url = redis
    taken: list[Message] = []
    with Connection(url, transport_options=SOON) as connection:
        producer = connection.Producer()
        for number in (1, 2):
            producer.publish({"number": number}, routing_key="plan", declare=[QUEUE])
        with connection.Consumer([QUEUE], callbacks=[lambda _, message: taken.append(message)], prefetch_count=1):
            _drain_until(connection, taken, number=1)
            process.freeze()
            try:
                _log_error(taken[0], answer, connection)
            finally:
                process.thaw()

            _drain_until(connection, taken, number=2)

    assert [message.payload["number"] for message in taken] == [1, 2]


def _log_error(message: Message, answer: str, connection: Connection) -> None:
    errors = connection.connection_errors + connection.channel_errors
    if answer == "ack":
        message.ack_log_error(logger, errors)
    else:
        message.reject_log_error(logger, errors)
    assert not message.acknowledged  # it has failed


def _drain_until(connection: Connection, taken: list[Message], *, number: int) -> None:
    def has_come() -> bool:
        with suppress(TimeoutError):
            connection.drain_events(timeout=0.5)
        return len(taken) >= number

    wait_until(has_come, seconds=PATIENCE_SECONDS)
