"""How a worker comes back to a broker that was away: within a second, however long it took."""

import logging
from typing import Any, Final

from celery.worker.consumer import Consumer
from celery.worker.state import maybe_shutdown
from kombu import Connection
from typing_extensions import override

logger = logging.getLogger(__name__)

_PAUSES: Final[dict[str, Any]] = {"interval_start": 0.2, "interval_step": 0.2, "interval_max": 1.0}
"""Seconds, for which the stubs know only whole numbers."""


class PatientConsumer(Consumer):
    """Celery's own, whose pauses would grow to half a minute."""

    @override
    def ensure_connected(self, conn: Connection) -> Connection:
        connected = conn.ensure_connection(self._told_away, callback=maybe_shutdown, **_PAUSES)
        self.first_connection_attempt = False
        return connected

    @staticmethod
    def _told_away(error: Exception, interval: float) -> Any:  # Any: whatever Celery makes of nothing
        extra = {"action": "broker_away", "error": type(error).__name__, "again_in_seconds": interval}
        logger.warning("broker cannot be reached", extra=extra)
