"""Connect a callee who answered to an agent in time, and else give up.

Nothing here waits or reads a clock; the connection's timers and the desk call back.
"""

import logging
from collections.abc import Callable

from worker.domain.ids import CallId
from worker.domain.timing import AGENT_JOINS_WITHIN, AGENT_SOUGHT_EVERY, AGENT_SOUGHT_FOR
from worker.telephony import outbound
from worker.usecases.voice.agents import Offer
from worker.voice.around import Desk, Timer, Wire

logger = logging.getLogger(__name__)


class AgentSearch:
    """Looks for an agent until one talks with the callee, or ``AGENT_SOUGHT_FOR`` is over."""

    def __init__(
        self, wire: Wire, desk: Desk, *, call_id: CallId, began_at: float, give_up: Callable[[], None]
    ) -> None:
        """Begin; ``give_up`` is called when no agent was found in time."""
        self._wire = wire
        self._desk = desk
        self._call_id = call_id
        self._began_at = began_at
        self._give_up = give_up
        self._offer: Offer | None = None
        self._is_over = self.is_talking = False
        self._timer: Timer | None = None
        self._seek()

    def bridged(self, leg: str) -> bool:
        """Note that the callee talks with the owner of this leg; return False when that is no news."""
        offer = self._offer
        if self._is_over or self.is_talking or offer is None or leg not in {"", offer.leg}:
            return False
        self._cancel()
        self.is_talking = True
        self._wire.write(outbound.let_go_with_agent(self._call_id))
        seconds = self._seconds
        logger.info(
            "a callee talks with an agent",
            extra={"action": "agent_connected", "call_id": self._call_id, "seconds": round(seconds, 3)},
        )
        self._desk.connected(self._call_id, offer, seconds=seconds)
        return True

    def leg_missing(self) -> None:
        """Try another agent, since the leg of this one does not exist any more."""
        offer = self._offer
        if self._is_over or self.is_talking or offer is None:
            return
        self._cancel()
        self._offer = None
        logger.warning(
            "the leg of an agent is gone",
            extra={"action": "agent_leg_missing", "call_id": self._call_id, "agent_id": offer.agent_id},
        )
        self._wire.write(outbound.end_leg(offer.leg))  # before another agent is asked: it must not be joined late
        self._desk.failed(self._call_id, offer)
        self._seek()

    def end(self) -> None:
        """Note that the callee has gone."""
        self._cancel()
        self._is_over = True

    @property
    def _seconds(self) -> float:
        return self._wire.now() - self._began_at

    @property
    def _is_late(self) -> bool:
        return self._seconds >= AGENT_SOUGHT_FOR.total_seconds()

    def _seek(self) -> None:
        if self._is_late:
            self._stop()
        else:
            left = AGENT_SOUGHT_FOR.total_seconds() - self._seconds
            self._timer = self._wire.later(left, self._stop)  # should the database not answer
            self._desk.reserve(self._call_id, self._offered)

    def _offered(self, offer: Offer | None) -> None:
        if self._is_over or self._is_late:
            if offer is not None:
                self._desk.release(self._call_id, offer)
            return
        self._cancel()
        if offer is None:
            left = AGENT_SOUGHT_FOR.total_seconds() - self._seconds
            self._timer = self._wire.later(min(AGENT_SOUGHT_EVERY.total_seconds(), left), self._seek)
            return
        self._offer = offer
        self._wire.write(outbound.join(self._call_id, offer.leg))
        self._timer = self._wire.later(AGENT_JOINS_WITHIN.total_seconds(), self.leg_missing)

    def _stop(self) -> None:
        if self._is_over or self.is_talking:
            return
        self.end()
        logger.info("no agent for a callee", extra={"action": "callee_abandoned", "call_id": self._call_id})
        self._give_up()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
