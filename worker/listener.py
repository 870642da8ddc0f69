"""The listener process: handles the events of a switch in batches. A standby keeps recent events and misses none."""

import logging
from collections.abc import Sequence
from uuid import UUID

from pendulum import DateTime

from worker.domain.agents.legs import LegEvent
from worker.domain.call import CallEvent
from worker.domain.drain import DrainStep
from worker.domain.errors import Superseded, Unavailable
from worker.domain.leadership import LeaderLease, listener_of
from worker.domain.switch import Switch
from worker.domain.switch_refusal import SwitchNews
from worker.domain.timing import EVENTS_REMEMBERED
from worker.jobs.figures import SETTLE, work_figures
from worker.ports.dispatch.telephony import EventSource
from worker.stopping import Stop
from worker.usecases.agents.legs import LegDesk, apply_leg_events, end_legs
from worker.usecases.dispatch.drain_switch import SwitchDrain
from worker.usecases.dispatch.handle_events import handle_events
from worker.usecases.dispatch.hold_leadership import Leadership
from worker.usecases.dispatch.note_clock_skew import ClockSkewNotes
from worker.usecases.dispatch.note_core import note_core
from worker.usecases.dispatch.resend_calls import resend_calls
from worker.usecases.dispatch.watch_switch import is_nearly_full, watch_switch
from worker.wiring import Services

logger = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 5.0


class Listener:
    """Handles the events of one switch, or is standby while another process does."""

    def __init__(self, services: Services, source: EventSource, *, holder: UUID, stop: Stop) -> None:
        """Use a source that no other listener reads. ``holder`` is a new id at each start of the process."""
        self._services = services
        self._source = source
        self._stop = stop
        self._leadership = Leadership(services.store, LeaderLease(listener_of(source.switch), holder))
        self._resent_for: DateTime | None = None
        self._skew_notes = ClockSkewNotes(services.store, switch=source.switch)
        self._noted_core = ""
        self._legs: list[LegEvent] = []
        self._switch: Switch | None = None

    def run(self) -> None:
        """Run until a stop is requested and nobody needs this listener; then, or on an error, release the lease."""
        try:
            while not self._stop.is_requested:
                self.step()
            self._drain()
        finally:
            self._leadership.release()

    def _drain(self) -> None:
        clock, stop = self._services.clock, self._stop
        drain = SwitchDrain(self._services.store, self._source, self._leadership, self._handle)
        while drain.step(now=clock.now(), seconds_left=stop.seconds_left) is not DrainStep.LEAVE:
            pass

    def step(self) -> None:
        """Do one step: connect, or wait as standby, or read a batch of events and handle it completely."""
        since, open_from = self._source.listening_since, self._source.dialable_from
        if since is None:
            self._leadership.release()  # only a process that receives events may lead: no call is dialled otherwise
            self._source.read()
            return
        was_held = self._leadership.is_held
        now = self._services.clock.now()
        if open_from is None:
            self._leadership.release()
        may_lead = open_from is not None and self._has_noted_core(now=now)
        if open_from is None or not may_lead or not self._leadership.hold(since=since, now=now, open_from=open_from):
            others_at = self._leadership.others_at
            self._source.stand_by(None if others_at is None else (now - others_at) + EVENTS_REMEMBERED)
            return
        if not was_held:
            self._services.queue.sweep()  # calls that ended without a listener still occupy slots
            self._resent_for = None
        if self._resent_for != open_from and now >= open_from:
            resend_calls(self._services.store, queue=self._services.queue, now=now)
            self._resent_for = open_from
        events = self._source.read()
        news = self._handle(events) if events else SwitchNews()
        self._handle_legs()
        self._watch(news)
        self._skew_notes.note(self._source.clock_skew, now=now)

    def _handle_legs(self) -> None:
        """Apply what the switch reported of agents' legs; while the database is away it is kept for the next step."""
        self._legs += self._source.take_legs()
        if not self._legs:
            return
        parts, switch = self._services, self._source.switch
        try:
            desk = LegDesk(store=parts.store, queue=parts.queue, now=parts.clock.now(), new_id=parts.new_id)
            unneeded = apply_leg_events(desk, self._legs, switch=switch, lease=self._leadership.lease)
        except Unavailable:
            return
        except Superseded:  # the new leader has received these events too
            self._leadership.lose(now=parts.clock.now())
            unneeded = []
        self._legs = []
        end_legs(parts.phones, unneeded, switch=switch)

    def _has_noted_core(self, *, now: DateTime) -> bool:
        """Note a restart of the switch before this process leads, since nothing is dialled until one does."""
        core_id = self._source.core_id
        if core_id and core_id != self._noted_core:
            try:
                note_core(self._services.store, switch=self._source.switch, core_id=core_id, now=now)
            except Unavailable:
                return False
            self._noted_core = core_id
        return True

    def _watch(self, news: SwitchNews) -> None:
        """Store what the switch reported; one that was full may have room for calls that wait."""
        parts, status = self._services, self._source.take_status()
        was_refusing = self._switch is not None and bool(self._switch.refused_cause)
        if status is not None or news.refusal or (was_refusing and news.accepted_dial is not None):
            now = parts.clock.now()
            try:
                self._switch = watch_switch(parts.store, self._source.switch, status=status, news=news, now=now)
            except Unavailable:
                return
        if self._switch is None:
            return
        takes_calls_again = was_refusing and not self._switch.refused_cause
        if takes_calls_again or (news.has_ended and is_nearly_full(self._switch)):
            resend_calls(parts.store, queue=parts.queue, now=parts.clock.now())

    def _handle(self, events: Sequence[CallEvent]) -> SwitchNews:
        """Handle a batch; retry until the database is back, because no other process will receive these events.

        Only the end of the drain time ends that: these calls are then settled by whatever else knows their end.
        """
        parts, pause = self._services, 0.1
        while True:
            try:
                with work_figures().measured(SETTLE):
                    return handle_events(
                        parts.store,
                        queue=parts.queue,
                        events=events,
                        lease=self._leadership.lease,
                        now=parts.clock.now(),
                        new_id=parts.new_id,
                    )
            except Superseded:  # the new leader has received these events too
                self._leadership.lose(now=parts.clock.now())
                return SwitchNews()
            except Unavailable:
                if self._stop.is_over:
                    logger.error("events not handled", extra={"action": "events_dropped", "events": len(events)})  # noqa: TRY400 - an outage
                    return SwitchNews()
                logger.warning(
                    "database unreachable, events wait", extra={"action": "events_wait", "events": len(events)}
                )
                self._stop.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
