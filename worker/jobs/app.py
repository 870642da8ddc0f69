"""The Celery app and its timetable; ``celery -A worker.jobs.app`` finds it here.

Nothing is read at import: the loader, named by a string, asks ``worker.wiring`` for the broker when it is needed.
"""

from typing import Any, Final

from celery import Celery
from kombu import Queue

from worker.domain.timing import SWEEP_EVERY, TICK_EVERY
from worker.jobs import names

THREADS: Final = 32
"""Hosts that a worker for callbacks attends to at once: more than may be in doubt."""
BROKER_TIMEOUT_SECONDS: Final = 5

app: Final = Celery("callbeat", loader="worker.wiring:Loader", set_as_current=False)


def configuration(*, broker_url: str, task_events: bool) -> dict[str, Any]:  # Any: Celery's own option types
    """Give Celery's options; what is not named here is Celery's default."""
    return {
        "broker_url": broker_url,
        "imports": ["worker.tasks"],
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "enable_utc": True,
        **_queues(),
        **_worker(task_events=task_events),
        **_broker(),
        **_timetable(),
    }


def _queues() -> dict[str, Any]:  # Any: see configuration
    return {
        "task_queues": [Queue(name, routing_key=name) for name in sorted(set(names.QUEUE_OF.values()))],
        "task_default_queue": names.MAINTENANCE,
        "task_create_missing_queues": False,
        "task_routes": {task: {"queue": queue} for task, queue in names.QUEUE_OF.items()},
    }


def _worker(*, task_events: bool) -> dict[str, Any]:  # Any: see configuration
    return {
        "worker_pool": "threads",  # for a bare `celery worker`, which takes callbacks too; `callbeat worker` chooses
        "worker_consumer": "worker.jobs.consumer:PatientConsumer",
        "worker_concurrency": THREADS,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_send_task_events": task_events,
        "task_send_sent_event": task_events,
        "task_acks_late": False,
        "event_queue_expires": 10.0,
    }


def _broker() -> dict[str, Any]:  # Any: see configuration
    """Give up publishing at once, since the sweep sends again what is lost; never give up consuming."""
    return {
        "broker_connection_timeout": 1,
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            "socket_timeout": BROKER_TIMEOUT_SECONDS,
            "socket_connect_timeout": 1,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "visibility_timeout": 300,
        },
        "task_publish_retry": True,
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1},
    }


def _timetable() -> dict[str, Any]:  # Any: see configuration
    """Ask for what is due each second."""
    return {
        "beat_scheduler": "worker.beat:OneBeat",
        "beat_max_loop_interval": TICK_EVERY.total_seconds(),
        "result_expires": None,  # no results, so nothing to clean up each night
        "beat_schedule": {
            "tick": {"task": names.TICK, "schedule": TICK_EVERY.total_seconds()},
            "sweep": {"task": names.SWEEP, "schedule": SWEEP_EVERY.total_seconds()},
        },
    }
