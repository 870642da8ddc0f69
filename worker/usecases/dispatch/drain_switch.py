"""End the work of a listener: hand its switch over, or hear the calls that are up to their end."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pendulum import DateTime, Duration

from worker.domain.call import CallEvent
from worker.domain.drain import DrainStep, Stopping, decide_drain_step
from worker.domain.errors import Unavailable
from worker.domain.timing import DRAIN_TOLD_EVERY, LEASE_CLOSED_AHEAD, STANDBY_PRECEDENCE
from worker.ports.dispatch.store import DispatchStore
from worker.ports.dispatch.telephony import EventSource
from worker.usecases.dispatch.hold_leadership import Leadership

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class SwitchDrain:
    """The last part of a listener's life, step by step."""

    store: DispatchStore
    source: EventSource
    leadership: Leadership
    handle: Callable[[Sequence[CallEvent]], object]
    _offered_at: DateTime | None = None
    _told_at: DateTime | None = None

    def step(self, *, now: DateTime, seconds_left: float) -> DrainStep:
        """Do one step and return it; after ``LEAVE`` the listener is no longer needed, or its time is over."""
        calls_up = None if self._offered_at is None else self._calls_up()
        step = decide_drain_step(
            Stopping(
                left=Duration(seconds=seconds_left),
                another_leads=self._another_leads(now=now),
                offered_for=None if self._offered_at is None else now - self._offered_at,
                calls_up=calls_up,
            )
        )
        match step:
            case DrainStep.OFFER:
                self.leadership.release()
                self._offered_at = now
            case DrainStep.WAIT:
                self._keep_events()
            case DrainStep.LEAD:
                self._tell_now_and_then(calls=calls_up, seconds_left=seconds_left, now=now)
                self._lead(now=now)
            case DrainStep.LEAVE:
                over = seconds_left <= 0 and not self._another_leads(now=now)
                self._tell("drain_over" if over else "drained", calls=calls_up, seconds_left=seconds_left)
        return step

    def _lead(self, *, now: DateTime) -> None:
        """Acquire or renew the lease, closed to new calls, and handle what arrives; reconnect where necessary."""
        since = self.source.listening_since
        if since is None:
            self.leadership.release()
            self._keep_events()
        elif not self.leadership.hold(since=since, now=now, open_from=now + LEASE_CLOSED_AHEAD):
            self._keep_events()
        elif events := self.source.read():
            self.handle(events)

    def _keep_events(self) -> None:
        """Wait as a standby does; without a connection, connect."""
        if self.source.listening_since is None:
            self.source.read()
        else:
            self.source.stand_by(None)

    def _another_leads(self, *, now: DateTime) -> bool:
        others_at = self.leadership.others_at
        return not self.leadership.is_held and others_at is not None and now - others_at <= STANDBY_PRECEDENCE

    def _calls_up(self) -> int | None:
        try:
            with self.store.reading() as tx:
                return tx.calls.count_on_switch(self.source.switch)
        except Unavailable:
            return None

    def _tell_now_and_then(self, *, calls: int | None, seconds_left: float, now: DateTime) -> None:
        if self._told_at is None or now - self._told_at >= DRAIN_TOLD_EVERY:
            self._told_at = now
            self._tell("draining", calls=calls, seconds_left=seconds_left)

    def _tell(self, action: str, *, calls: int | None, seconds_left: float) -> None:
        fields = {
            "action": action,
            "switch": self.source.switch,
            "calls": calls,
            "seconds_left": round(seconds_left, 1),
        }
        logger.info("listener stops", extra=fields)
