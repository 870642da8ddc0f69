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

    @override
    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Come back although the broken connection cannot even be closed.

        Closing it, kombu asks for a part that it has given up already: what was taken and not begun is not handed back
        then, and the sweep sends it again. Celery would end the worker.
        """
        try:
            super().on_connection_error_after_connected(exc)
        except AttributeError as error:
            extra = {"action": "broken_connection_left", "error": str(error)}
            logger.warning("a broken connection to the broker is left behind", extra=extra)

    @staticmethod
    def _told_away(error: Exception, interval: float) -> Any:  # Any: whatever Celery makes of nothing
        extra = {"action": "broker_away", "error": type(error).__name__, "again_in_seconds": interval}
        logger.warning("broker cannot be reached", extra=extra)
