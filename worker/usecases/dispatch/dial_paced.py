"""Dial judged calls of one carrier, each at its time, with a token that is taken right before the dial."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pendulum import DateTime

from worker.domain.carrier import Carrier
from worker.domain.errors import Unavailable
from worker.domain.ids import CallId
from worker.domain.timing import TAKE_LEAD, UNREACHABLE_PAUSE
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.messages import JobQueue, Rate, SharedPace, Taken, Tokens
from worker.ports.dispatch.store import DispatchStore
from worker.ports.dispatch.telephony import Telephony
from worker.ports.dispatch.watching import WATCHERS, Repair
from worker.ports.sounds import SoundNames
from worker.usecases.dispatch.choose_switches import note_refusals, place_on_switches
from worker.usecases.dispatch.judge_calls import Won

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialler:
    """What dials calls: the switches, the rate limiter, and the threads in which paced calls wait for their time."""

    telephony: Telephony
    rate: Rate
    clock: Clock
    wait: Callable[[float], None]
    """Sleeps so many seconds."""
    beside: Callable[[Callable[[], object]], object]
    """Runs work beside the worker's tasks, because it sleeps between calls."""
    longest_call_seconds: int
    """How long a call may last, unless its carrier says otherwise."""
    names: SoundNames | None = None
    """The names of sounds; None when callees hear nothing of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacedCalls:
    """Calls of one carrier that have moved to ``dialing``, with the times that were reserved for them."""

    calls: Sequence[Won]
    tokens: Tokens
    reserved_at: DateTime
    until: DateTime
    """What is not sent by then must be judged again."""

    def seconds_left(self, number: int, *, now: DateTime) -> float:
        """Return the seconds until the time that was reserved for this call."""
        return self.tokens.waits[number] - (now - self.reserved_at).total_seconds()

    def due(self, first: int, *, now: DateTime) -> int:
        """Return how many calls' times have come: the first one's, and of more when this worker is late."""
        numbers = range(first + 1, len(self.calls))
        return 1 + sum(self.seconds_left(number, now=now) <= 0 for number in numbers)


def dial_paced(store: DispatchStore, paced: PacedCalls, *, queue: JobQueue, dialler: Dialler) -> int:
    """Dial the calls and put back what could not be dialled in time; return how many were dialled.

    It sleeps between two calls, up to ``VERDICT_HOLDS`` in all, so it runs beside a worker's tasks.
    """
    sent = _Dialling(paced, dialler).run()
    late = [one.origination.call_id for one in paced.calls[sent.count :]]
    note_refusals(store, sent.refusals, now=dialler.clock.now())
    if sent.undialled or late:
        with store.transaction() as tx:  # it is certain that nobody was dialled
            now = dialler.clock.now()
            tx.calls.put_back(sent.undialled, resend_at=now + UNREACHABLE_PAUSE, refused=False)
            tx.calls.put_back(late, resend_at=now, refused=False)
        extra = {"action": "calls_put_back", "calls": len(sent.undialled), "without_token": len(late)}
        logger.warning("calls not dialled, queued again", extra=extra)
        WATCHERS.repaired(Repair.PUT_BACK, calls=len(sent.undialled) + len(late))
        queue.plan_carrier(paced.calls[0].carrier.id)
    return sent.count - len(sent.undialled)


@dataclass(slots=True)
class _Sent:
    """How many calls were sent, and which of them were certainly not dialled."""

    count: int = 0
    undialled: list[CallId] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    """What switches that refused the command itself said, by their names."""


def shared_pace(carrier: Carrier) -> SharedPace | None:
    """Return the calls per second of the carrier's gateway; None when it has no limit."""
    per_second = carrier.access.limits.calls_per_second
    return SharedPace(carrier.gateway, per_second) if per_second else None


class _Dialling:
    """One batch while it is being dialled."""

    def __init__(self, paced: PacedCalls, dialler: Dialler) -> None:
        self._paced = paced
        self._dialler = dialler
        self._carrier = paced.calls[0].carrier

    def run(self) -> _Sent:
        """Dial until all calls are sent, their time is up, or the limiter or the switch does not answer."""
        sent, paced, clock = _Sent(), self._paced, self._dialler.clock
        while sent.count < len(paced.calls) and clock.now() < paced.until:
            self._sleep(paced.seconds_left(sent.count, now=clock.now()) - TAKE_LEAD.total_seconds())
            taken = self._take(first=sent.count)
            if taken is None:
                break
            if not taken.count:
                self._sleep(min(taken.wait_seconds, (paced.until - clock.now()).total_seconds()))
            else:
                self._sleep(taken.wait_seconds)
                if not self._place(sent, taken):
                    break
        return sent

    def _take(self, *, first: int) -> Taken | None:
        """Take tokens for the calls whose time has come; None when the limiter cannot be reached."""
        try:
            return self._dialler.rate.take(
                self._carrier.id,
                per_second=self._carrier.calls_per_second,
                reserved=self._paced.tokens.receipt,
                first=first,
                count=self._paced.due(first, now=self._dialler.clock.now()),
                shared=shared_pace(self._carrier),
            )
        except Unavailable:
            extra = {"action": "rate_away", "carrier_id": self._carrier.id}
            logger.warning("rate limiter not reachable, calls wait", extra=extra)
            return None

    def _place(self, sent: _Sent, taken: Taken) -> bool:
        """Send calls to the switch; return False when it does not answer, because it may dial them at any time."""
        calls = [one.origination for one in self._paced.calls[sent.count : sent.count + taken.count]]
        placed = place_on_switches(self._dialler.telephony, calls, until=self._paced.until, awaits_begin=True)
        sent.count += len(calls)
        sent.undialled += placed.undialled
        sent.refusals |= placed.refusals
        if placed.is_answered:
            self._dialler.rate.dialled(self._carrier.id, receipt=taken.receipt, shared=shared_pace(self._carrier))
        return placed.is_answered

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._dialler.wait(seconds)
