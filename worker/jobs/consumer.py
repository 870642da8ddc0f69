"""A Celery consumer that reconnects within a second after the broker is back, however long it was away."""

import logging
from typing import Any, Final

from celery.worker.consumer import Consumer
from celery.worker.state import maybe_shutdown
from kombu import Connection
from typing_extensions import override

from worker.jobs.acknowledging import forget_what_cannot_be_acknowledged

logger = logging.getLogger(__name__)

_PAUSES: Final[dict[str, Any]] = {"interval_start": 0.2, "interval_step": 0.2, "interval_max": 1.0}
"""Seconds. Typed ``Any`` because the stubs allow only whole numbers."""


class ReconnectingConsumer(Consumer):
    """Celery's consumer with shorter pauses: the original ones grow to 30 seconds."""

    def __init__(self, *given: Any, **options: Any) -> None:  # Any: Celery's own arguments
        """Go on taking messages when one could not be acknowledged."""
        forget_what_cannot_be_acknowledged()
        super().__init__(*given, **options)

    @override
    def ensure_connected(self, conn: Connection) -> Connection:
        connected = conn.ensure_connection(self._log_unreachable, callback=maybe_shutdown, **_PAUSES)
        self.first_connection_attempt = False
        return connected

    @override
    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Reconnect even when closing the broken connection fails.

        While closing, kombu may use a part of the connection that it has already released, and Celery would end the
        worker. Messages that were received but not started are then not returned to the broker; the sweep sends them
        again.
        """
        try:
            super().on_connection_error_after_connected(exc)
        except AttributeError as error:
            extra = {"action": "broken_connection_left", "error": str(error)}
            logger.warning("closing the broken connection to the broker failed, reconnecting", extra=extra)

    @staticmethod
    def _log_unreachable(error: Exception, interval: float) -> Any:  # Any: the type of Celery's callback
        extra = {"action": "broker_away", "error": type(error).__name__, "again_in_seconds": interval}
        logger.warning("broker cannot be reached", extra=extra)
