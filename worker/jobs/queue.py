"""The Celery adapter of ``JobQueue``: messages hold ids only; at most one request waits for each carrier and host."""

import logging
from collections.abc import Callable, Sequence
from typing import Final

from celery import Celery
from kombu.exceptions import OperationalError
from pendulum import DateTime
from typing_extensions import override

from worker.domain.errors import Unavailable
from worker.domain.ids import CallId, CarrierId, TenantId
from worker.jobs import names
from worker.ports.dispatch.messages import DUE_AT, JobQueue, Wakeups
from worker.ports.dispatch.traces import TRACEPARENT, TRACES

logger = logging.getLogger(__name__)

CALLS_PER_MESSAGE: Final = 20


class CeleryJobQueue(JobQueue):
    """Sends tasks through Celery. When the broker is away a send is only logged, because the sweep sends it again."""

    def __init__(self, app: Celery, wakeups: Wakeups, *, now: Callable[[], DateTime] | None = None) -> None:
        """Send with this app; ``wakeups`` knows whether an identical request is already waiting.

        With ``now``, each message says when it was due, so that the age of a queue can be seen.
        """
        self._app = app
        self._now = now
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
    def ask_for_callbacks(self) -> None:
        if self._is_first(names.ASK_FOR_CALLBACKS):
            self._send(names.ASK_FOR_CALLBACKS)

    @override
    def fan_out_callbacks(self, tenant_id: TenantId) -> None:
        if self._is_first(_fan_out_key(tenant_id)):
            self._send(names.FAN_OUT_CALLBACKS, tenant_id=str(tenant_id))

    @override
    def render_sounds(self) -> None:
        if self._is_first(names.RENDER_SOUNDS):
            self._send(names.RENDER_SOUNDS)

    @override
    def send_reports(self) -> None:
        if self._is_first(names.SEND_REPORTS):
            self._send(names.SEND_REPORTS)

    @override
    def import_files(self) -> None:
        if self._is_first(names.IMPORT_FILES):
            self._send(names.IMPORT_FILES)

    @override
    def deliver_callbacks(self, host: str) -> None:
        if self._is_first(_delivery_key(host)):
            self._send(names.DELIVER_CALLBACKS, host=host)

    @override
    def suppress_callbacks(self, host: str) -> None:
        self._is_first(_delivery_key(host))

    def ask_for(self, task: str) -> None:
        """Request a recurring task. Only one request waits at a time, so requests from an outage do not pile up.

        A message with an expiry would not do: the clock of another machine would decide when it expires.
        """
        if self._is_first(task):
            self._send(task, from_beat=True)

    def taken(self, task: str) -> bool:
        """Allow the next request for a recurring task; return False when an earlier message did the work."""
        return self._take(task)

    def taken_plan(self, carrier_id: CarrierId) -> None:
        """Allow the next request for the carrier; call this before reading the carrier's state."""
        self._take(_plan_key(carrier_id))

    def taken_delivery(self, host: str) -> None:
        """Allow the next request for the host; call this before reading its due deliveries."""
        self._take(_delivery_key(host))

    def taken_fan_out(self, tenant_id: TenantId) -> None:
        """Allow the next request for the tenant; call this before reading its waiting events."""
        self._take(_fan_out_key(tenant_id))

    def _is_first(self, key: str) -> bool:
        try:
            return self._wakeups.request(key)
        except Unavailable:
            logger.warning(
                "Redis unreachable, request dropped; the tick repeats it",
                extra={"action": "wakeup_lost", "wakeup": key},
            )
            return False

    def _take(self, key: str) -> bool:
        try:
            return self._wakeups.taken(key)
        except Unavailable:
            logger.warning(
                "Redis unreachable, wake-up not cleared; it expires by itself",
                extra={"action": "wakeup_not_taken", "wakeup": key},
            )
            return True

    def _send(self, task: str, *, wait_seconds: float = 0, **arguments: str | list[str] | bool) -> None:
        try:
            headers: dict[str, str | float] = {}
            if self._now is not None:
                headers[DUE_AT] = self._now().timestamp() + wait_seconds
            if (traceparent := TRACES.current()) is not None:
                headers[TRACEPARENT] = traceparent
            self._app.send_task(task, kwargs=arguments, countdown=wait_seconds or None, headers=headers)
        except OperationalError:
            logger.warning(
                "broker unreachable, task not sent; the sweep sends it again",
                extra={"action": "task_not_sent", "task": task},
            )


def _plan_key(carrier_id: CarrierId) -> str:
    return f"plan:{carrier_id}"


def _fan_out_key(tenant_id: TenantId) -> str:
    return f"fan_out:{tenant_id}"


def _delivery_key(host: str) -> str:
    return f"deliver:{host}"
