"""The contract's names of tasks and queues."""

from celery import Celery

from worker.jobs import names
from worker.jobs.app import configuration
from worker.wiring import DOUBTFUL_HOSTS


def test_tasks_and_queues_have_the_names_that_operators_know() -> None:
    assert names.QUEUE_OF == {
        "callbeat.plan_carrier": "plan",
        "callbeat.place_calls": "calls",
        "callbeat.deliver_callbacks": "callbacks",
        "callbeat.sweep": "maintenance",
        "callbeat.tick": "maintenance",
    }


def test_every_task_is_routed_to_its_queue() -> None:
    app = Celery("test", set_as_current=False)
    app.conf.update(configuration(broker_url="memory://", task_events=True))

    routed = {task: app.amqp.router.route({}, task)["queue"].name for task in names.QUEUE_OF}

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
