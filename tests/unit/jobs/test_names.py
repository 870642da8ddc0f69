"""The contract's names of tasks and queues."""

import pytest
from celery import Celery
from celery.backends.base import DisabledBackend

from worker.jobs import names
from worker.jobs.app import app, configuration
from worker.wiring import DOUBTFUL_HOSTS


def test_tasks_and_queues_have_the_names_that_operators_know() -> None:
    assert names.QUEUE_OF == {
        "callbeat.plan_carrier": "plan",
        "callbeat.place_calls": "calls",
        "callbeat.deliver_callbacks": "callbacks",
        "callbeat.ask_for_callbacks": "callbacks",
        "callbeat.fan_out_callbacks": "callbacks",
        "callbeat.render_sounds": "speech",
        "callbeat.send_reports": "callbacks",
        "callbeat.import_files": "imports",
        "callbeat.sweep": "maintenance",
        "callbeat.tick": "maintenance",
    }


def test_every_task_is_routed_to_its_queue() -> None:
    other = Celery("test", set_as_current=False)
    other.conf.update(configuration(broker_url="memory://", task_events=True))

    routed = {task: other.amqp.router.route({}, task)["queue"].name for task in names.QUEUE_OF}

    assert routed == names.QUEUE_OF


def test_the_timetable_asks_each_second() -> None:
    timetable = configuration(broker_url="memory://", task_events=True)["beat_schedule"]

    assert {entry["task"]: entry["schedule"] for entry in timetable.values()} == {
        "callbeat.tick": 1.0,
        "callbeat.sweep": 2.0,
    }
    assert not any("options" in entry for entry in timetable.values()), "what expires does so by another's clock"


def test_a_worker_has_threads_left_when_the_bulkhead_of_doubtful_hosts_is_full() -> None:
    threads = configuration(broker_url="memory://", task_events=True)["worker_concurrency"]

    assert threads >= DOUBTFUL_HOSTS + 8


def test_no_variable_of_celerys_names_another_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CELERY_BROKER_URL", "CELERY_BROKER_READ_URL", "CELERY_BROKER_WRITE_URL", "CELERY_RESULT_BACKEND"):
        monkeypatch.setenv(name, "redis://another.example/0")
    ours = type(app)("test", set_as_current=False)
    ours.conf.update(configuration(broker_url="redis://ours.example/0", task_events=True))

    connections = [ours.connection(), ours.connection_for_read(), ours.connection_for_write()]

    assert {connection.hostname for connection in connections} == {"ours.example"}
    assert isinstance(ours.backend, DisabledBackend)
