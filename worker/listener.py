"""The process that hears a switch: events in, use case called, in batches."""

import logging
from collections.abc import Sequence
from typing import NoReturn

from worker.domain.call import CallEvent
from worker.domain.errors import Unavailable
from worker.ports.telephony import EventSource
from worker.usecases.handle_events import handle_events
from worker.wiring import Services

logger = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 5.0


def run(services: Services, source: EventSource) -> NoReturn:
    """Hear one switch for ever; what has been read is handled before anything more is."""
    while True:
        events = source.read()
        if events:
            _handle(services, events)


def _handle(services: Services, events: Sequence[CallEvent]) -> None:
    """Handle a batch, however long the database is away: an event that was read is heard nowhere else."""
    pause = 0.1
    while True:
        try:
            handle_events(
                services.store,
                queue=services.queue,
                events=events,
                now=services.clock.now(),
                new_id=services.new_id,
            )
        except Unavailable:
            logger.warning("events wait for the database", extra={"action": "events_wait", "events": len(events)})
            services.clock.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        else:
            return
