"""The queue behind the port ``JobQueue``: ids in messages, one waiting request for each carrier and host."""

import logging
from collections.abc import Sequence
from typing import Final

from celery import Celery
from kombu.exceptions import OperationalError
from pendulum import DateTime
from typing_extensions import override

from worker.domain.errors import Unavailable
from worker.domain.ids import CallId, CarrierId
from worker.jobs import names
from worker.ports.dispatch.messages import JobQueue, Wakeups

logger = logging.getLogger(__name__)

CALLS_PER_MESSAGE: Final = 20


class CeleryJobQueue(JobQueue):
    """Sends tasks through Celery; a broker that is away costs a log line, since the sweep sends again what is due."""

    def __init__(self, app: Celery, wakeups: Wakeups) -> None:
        """Send with this app, and ask these wake-ups whether a request waits already."""
        self._app = app
        self._wakeups = wakeups

    @override
    def plan_carrier(self, carrier_id: CarrierId) -> None:
        if self._is_first(_plan_key(carrier_id)):
            self._send(names.PLAN_CARRIER, carrier_id=str(carrier_id))

    @override
    def plan_carrier_at(self, carrier_id: CarrierId, *, at: DateTime, now: DateTime) -> None:
        if self._is_first(f"{_plan_key(carrier_id)}:{at.timestamp()}"):
            self._send(names.PLAN_CARRIER, wait_seconds=(at - now).total_seconds(), carrier_id=str(carrier_id))

    @override
    def place_calls(self, call_ids: Sequence[CallId]) -> None:
        for start in range(0, len(call_ids), CALLS_PER_MESSAGE):
            part = call_ids[start : start + CALLS_PER_MESSAGE]
            self._send(names.PLACE_CALLS, call_ids=[str(call_id) for call_id in part])

    @override
    def sweep(self, *, wait_seconds: float = 0) -> None:
        if self._is_first(f"{names.SWEEP}:{wait_seconds}"):
            self._send(names.SWEEP, wait_seconds=wait_seconds)

    @override
    def deliver_callbacks(self, host: str) -> None:
        if self._is_first(_delivery_key(host)):
            self._send(names.DELIVER_CALLBACKS, host=host)

    @override
    def suppress_callbacks(self, host: str) -> None:
        self._is_first(_delivery_key(host))

    def ask_for(self, task: str) -> None:
        """Ask for a task that recurs; one request waits at a time, and what an outage has piled up is worked on once.

        A message that expires would be judged by the clock of another machine.
        """
        if self._is_first(task):
            self._send(task, from_beat=True)

    def taken(self, task: str) -> bool:
        """Let the next request for a task that recurs through; False when an earlier message has just done its work."""
        return self._take(task)

    def taken_plan(self, carrier_id: CarrierId) -> None:
        """Let the next request for the carrier through: its state is read after this."""
        self._take(_plan_key(carrier_id))

    def taken_delivery(self, host: str) -> None:
        """Let the next request for the host through: its due deliveries are read after this."""
        self._take(_delivery_key(host))

    def _is_first(self, key: str) -> bool:
        try:
            return self._wakeups.request(key)
        except Unavailable:
            logger.warning("wake-up lost, the tick asks again", extra={"action": "wakeup_lost", "wakeup": key})
            return False

    def _take(self, key: str) -> bool:
        try:
            return self._wakeups.taken(key)
        except Unavailable:
            logger.warning("wake-up not taken, it lapses", extra={"action": "wakeup_not_taken", "wakeup": key})
            return True

    def _send(self, task: str, *, wait_seconds: float = 0, **arguments: str | list[str] | bool) -> None:
        try:
            self._app.send_task(task, kwargs=arguments, countdown=wait_seconds or None)
        except OperationalError:
            logger.warning("task not sent, the sweep sends it again", extra={"action": "task_not_sent", "task": task})


def _plan_key(carrier_id: CarrierId) -> str:
    return f"plan:{carrier_id}"


def _delivery_key(host: str) -> str:
    return f"deliver:{host}"
