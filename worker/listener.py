"""The process that hears a switch: events in, use case called, in batches; a second one stands by, and misses none."""

import logging
from collections.abc import Sequence
from typing import NoReturn
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import CallEvent
from worker.domain.errors import Superseded, Unavailable
from worker.domain.leadership import LeaderLease, listener_of
from worker.domain.timing import EVENTS_REMEMBERED
from worker.ports.dispatch.telephony import EventSource
from worker.usecases.dispatch.handle_events import handle_events
from worker.usecases.dispatch.hold_leadership import Leadership
from worker.usecases.dispatch.resend_calls import resend_calls
from worker.wiring import Services

logger = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 5.0


class Listener:
    """Hears one switch, or stands by while another process does."""

    def __init__(self, services: Services, source: EventSource, *, holder: UUID) -> None:
        """Use a source of this listener's own; each start of a process is another holder."""
        self._services = services
        self._source = source
        self._leadership = Leadership(services.store, LeaderLease(listener_of(source.switch), holder))
        self._resent_for: DateTime | None = None

    def run(self) -> NoReturn:
        """Go on until the source says that it is to end; then somebody else may take over at once."""
        try:
            while True:
                self.step()
        finally:
            self._leadership.release()

    def step(self) -> None:
        """Connect, or stand by, or read what has come and handle it before anything more is read."""
        since, open_from = self._source.listening_since, self._source.dialable_from
        if since is None:
            self._leadership.release()  # only a process that hears the switch may lead: no calls go out unheard
            self._source.read()
            return
        was_held = self._leadership.is_held
        now = self._services.clock.now()
        if open_from is None:
            self._leadership.release()
        if open_from is None or not self._leadership.hold(since=since, now=now, open_from=open_from):
            others_at = self._leadership.others_at
            self._source.stand_by(None if others_at is None else (now - others_at) + EVENTS_REMEMBERED)
            return
        if not was_held:
            self._services.queue.sweep()  # calls that ended while nobody listened hold slots
            self._resent_for = None
        if self._resent_for != open_from and now >= open_from:
            resend_calls(self._services.store, queue=self._services.queue, now=now)
            self._resent_for = open_from
        if events := self._source.read():
            self._handle(events)

    def _handle(self, events: Sequence[CallEvent]) -> None:
        """Handle a batch, however long the database is away: an event that was read is heard nowhere else."""
        here, pause = self._services, 0.1
        while True:
            try:
                handle_events(
                    here.store,
                    queue=here.queue,
                    events=events,
                    lease=self._leadership.lease,
                    now=here.clock.now(),
                    new_id=here.new_id,
                )
            except Superseded:  # whoever took over has heard these events too
                self._leadership.lose(now=here.clock.now())
                return
            except Unavailable:
                logger.warning("events wait for the database", extra={"action": "events_wait", "events": len(events)})
                here.clock.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                return
