"""The Celery app and its schedule; ``celery -A worker.jobs.app`` finds it here.

Importing this module reads no settings. The loader, named by a string, gets the broker's URL from ``worker.wiring``
when Celery first needs it.
"""

from typing import Any, Final

from celery import Celery
from kombu import Connection, Queue
from typing_extensions import override

from worker.domain.timing import SWEEP_EVERY, TICK_EVERY
from worker.jobs import names

THREADS: Final = 32
"""How many hosts a callback worker serves at once: more than ``DOUBTFUL_HOSTS`` (24), so that some stay free."""
BROKER_TIMEOUT_SECONDS: Final = 5


class _Callbeat(Celery):
    """Celery with our broker alone: no variable such as ``CELERY_BROKER_URL`` changes it."""

    backend_cls = "disabled"  # no task has a result

    @override
    def connection(self, hostname: str | None = None, *given: Any, **options: Any) -> Connection:  # Any: the library's
        return super().connection(hostname or self._broker(), *given, **options)

    @override
    def connection_for_read(self, url: str | None = None, **options: Any) -> Connection:  # Any: see above
        return super().connection_for_read(url or self._broker(), **options)

    @override
    def connection_for_write(self, url: str | None = None, **options: Any) -> Connection:  # Any: see above
        return super().connection_for_write(url or self._broker(), **options)

    def _broker(self) -> str:
        return str(self.conf["broker_url"])  # the attribute of this name would read the environment first


app: Final = _Callbeat("callbeat", loader="worker.wiring:Loader", set_as_current=False)


def run_command(*arguments: str) -> None:
    """Run one of Celery's commands; no variable of the environment sets its options."""
    from celery.bin.celery import celery  # noqa: PLC0415 - only processes that run Celery's commands pay for it

    for option in celery.params:
        option.envvar = None
    app.start([*arguments])


def celery_url(broker_url: str) -> str:
    """Return the broker's URL as Celery and Flower spell it: a unix socket has another scheme there."""
    scheme, _, rest = broker_url.partition("://")
    return f"redis+socket://{rest}" if scheme == "unix" else broker_url


def configuration(*, broker_url: str, task_events: bool) -> dict[str, Any]:  # Any: Celery's own option types
    """Return Celery's options; all others keep Celery's defaults."""
    return {
        "broker_url": celery_url(broker_url),
        "imports": ["worker.tasks"],
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "enable_utc": True,
        **_queues(),
        **_worker(task_events=task_events),
        **_broker(),
        **_schedule(),
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
        "worker_pool": "threads",  # for `celery worker`, which takes callbacks too; `callbeat worker` selects its own
        "worker_consumer": "worker.jobs.consumer:ReconnectingConsumer",
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
    """Publishing gives up at once, because the sweep sends lost messages again; consuming reconnects forever."""
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


def _schedule() -> dict[str, Any]:  # Any: see configuration
    """Schedule the tick and the sweep."""
    return {
        "beat_scheduler": "worker.beat:LeaderScheduler",
        "beat_max_loop_interval": TICK_EVERY.total_seconds(),
        "result_expires": None,  # no results, so nothing to clean up each night
        "beat_schedule": {
            "tick": {"task": names.TICK, "schedule": TICK_EVERY.total_seconds()},
            "sweep": {"task": names.SWEEP, "schedule": SWEEP_EVERY.total_seconds()},
        },
    }
