"""What the queue sends: ids only, each to its own queue, and one waiting request for each carrier and host."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pendulum
import pytest
from celery import Celery
from pendulum import DateTime

from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeWakeups
from worker.domain.ids import CallId, CarrierId
from worker.jobs.app import configuration
from worker.jobs.queue import CeleryJobQueue

CARRIER = CarrierId(UUID("0197a5f0-0000-7000-8000-000000000001"))
QUEUES = ("plan", "calls", "callbacks", "maintenance")


@pytest.fixture
def app() -> Iterator[Celery]:
    """Send into memory."""
    app = Celery("test", set_as_current=False)
    app.conf.update(configuration(broker_url="memory://", task_events=False))
    with app.connection_for_write() as connection:
        for queue in QUEUES:
            connection.SimpleQueue(queue).clear()
    yield app
    app.close()


@pytest.fixture
def wakeups() -> FakeWakeups:
    return FakeWakeups(FakeClock(pendulum.datetime(2026, 3, 2)))


def sent(app: Celery, queue: str) -> list[tuple[str, dict[str, Any]]]:
    """Take all messages from a queue: task and arguments."""
    messages = []
    with app.connection_for_read() as connection:
        waiting = connection.SimpleQueue(queue)
        for _ in range(waiting.qsize()):
            message = waiting.get(block=False)
            messages.append((message.headers["task"], message.payload[1]))
            message.ack()
    return messages


def due(app: Celery, queue: str) -> list[DateTime | None]:
    """Take all messages from a queue: when each may be begun, None for at once."""
    moments: list[DateTime | None] = []
    with app.connection_for_read() as connection:
        waiting = connection.SimpleQueue(queue)
        for _ in range(waiting.qsize()):
            message = waiting.get(block=False)
            eta = message.headers["eta"]
            moments.append(None if eta is None else DateTime.fromisoformat(eta))
            message.ack()
    return moments


def test_a_plan_is_asked_for_by_the_carriers_id(app: Celery, wakeups: FakeWakeups) -> None:
    CeleryJobQueue(app, wakeups).plan_carrier(CARRIER)

    assert sent(app, "plan") == [("callbeat.plan_carrier", {"carrier_id": str(CARRIER)})]


def test_a_carrier_has_one_plan_waiting(app: Celery, wakeups: FakeWakeups) -> None:
    queue = CeleryJobQueue(app, wakeups)

    queue.plan_carrier(CARRIER)
    queue.plan_carrier(CARRIER)

    assert len(sent(app, "plan")) == 1


def test_once_a_plan_has_begun_another_may_be_asked_for(app: Celery, wakeups: FakeWakeups) -> None:
    queue = CeleryJobQueue(app, wakeups)

    queue.plan_carrier(CARRIER)
    queue.taken_plan(CARRIER)
    queue.plan_carrier(CARRIER)

    assert len(sent(app, "plan")) == 2


def test_calls_go_up_to_twenty_a_message(app: Celery, wakeups: FakeWakeups) -> None:
    ids = [CallId(uuid4()) for _ in range(45)]

    CeleryJobQueue(app, wakeups).place_calls(ids)

    messages = [arguments["call_ids"] for task, arguments in sent(app, "calls") if task == "callbeat.place_calls"]
    assert [len(part) for part in messages] == [20, 20, 5]
    assert [call_id for part in messages for call_id in part] == [str(call_id) for call_id in ids]


def test_no_calls_are_no_message(app: Celery, wakeups: FakeWakeups) -> None:
    CeleryJobQueue(app, wakeups).place_calls([])

    assert sent(app, "calls") == []


def test_a_host_that_is_held_is_not_asked_for(app: Celery, wakeups: FakeWakeups) -> None:
    queue = CeleryJobQueue(app, wakeups)
    queue.suppress_callbacks("crm.example")
    queue.deliver_callbacks("crm.example")

    assert sent(app, "callbacks") == []


def test_a_host_has_one_delivery_waiting(app: Celery, wakeups: FakeWakeups) -> None:
    queue = CeleryJobQueue(app, wakeups)

    queue.deliver_callbacks("crm.example")
    queue.deliver_callbacks("crm.example")
    queue.deliver_callbacks("other.example")
    queue.taken_delivery("crm.example")
    queue.deliver_callbacks("crm.example")

    hosts = [arguments["host"] for _, arguments in sent(app, "callbacks")]
    assert hosts == ["crm.example", "other.example", "crm.example"]


def test_wakeups_that_are_away_cost_a_line_and_nothing_else(
    app: Celery, wakeups: FakeWakeups, caplog: pytest.LogCaptureFixture
) -> None:
    wakeups.away = True
    queue = CeleryJobQueue(app, wakeups)

    queue.plan_carrier(CARRIER)
    queue.taken_plan(CARRIER)

    assert [vars(record)["action"] for record in caplog.records] == ["wakeup_lost", "wakeup_not_taken"]
    assert sent(app, "plan") == []


def test_a_plan_for_a_moment_to_come_is_held_until_then_and_asked_for_once(app: Celery, wakeups: FakeWakeups) -> None:
    queue = CeleryJobQueue(app, wakeups)
    now = pendulum.now("UTC")

    for _ in range(2):
        queue.plan_carrier_at(CARRIER, at=now.add(seconds=30), now=now)
    queue.plan_carrier_at(CARRIER, at=now.add(seconds=40), now=now)
    queue.plan_carrier(CARRIER)

    assert [round((at - now).total_seconds()) if at else None for at in due(app, "plan")] == [30, 40, None]


def test_a_sweep_before_its_time_is_asked_for_once_for_each_wait(app: Celery, wakeups: FakeWakeups) -> None:
    queue = CeleryJobQueue(app, wakeups)

    for _ in range(2):
        queue.sweep()
        queue.sweep(wait_seconds=1)

    now = pendulum.now("UTC")
    waits = [at and round((at - now).total_seconds()) for at in due(app, "maintenance")]
    assert waits == [None, 1]


def test_what_recurs_waits_once_and_says_that_beat_asked(app: Celery, wakeups: FakeWakeups) -> None:
    queue = CeleryJobQueue(app, wakeups)

    for _ in range(3):
        queue.ask_for("callbeat.tick")
    taken = [queue.taken("callbeat.tick"), queue.taken("callbeat.tick")]
    queue.ask_for("callbeat.tick")

    assert sent(app, "maintenance") == [("callbeat.tick", {"from_beat": True})] * 2
    assert taken == [True, False], "the second message of a pile finds its work done"
