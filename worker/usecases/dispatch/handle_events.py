"""Apply the switch's events to calls, a whole batch in one transaction."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import (
    ON_SWITCH,
    Answered,
    CallEvent,
    CallState,
    HungUp,
    KeyPressed,
    Refused,
    Ringing,
    Unreached,
    next_state,
)
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CallId, CarrierId
from worker.domain.keys import KeyPress, with_key
from worker.domain.leadership import LeaderLease
from worker.domain.refused_call import end_of_refused
from worker.domain.switch_clock import step_on_our_clock
from worker.domain.switch_refusal import SwitchNews, is_own_refusal
from worker.domain.timing import PROCESS_CLOCKS_APART
from worker.domain.trunk import REPLIED, TrunkResult
from worker.domain.trunk_result import trunk_result_of, trunk_result_of_refusal
from worker.ports.dispatch.call_rows import Call, Move
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction
from worker.ports.dispatch.traces import TRACES
from worker.ports.dispatch.watching import WATCHERS, Refuser
from worker.usecases.dispatch.correct_calls import correct_calls
from worker.usecases.dispatch.finish_calls import finish_calls
from worker.usecases.dispatch.outbox import Happening, cdr_so_far, post_happenings
from worker.usecases.dispatch.put_back_calls import put_back_calls
from worker.usecases.dispatch.watch_trunks import Told, watch_trunks

logger = logging.getLogger(__name__)


def handle_events(
    store: DispatchStore,
    *,
    queue: JobQueue,
    events: Sequence[CallEvent],
    lease: LeaderLease,
    now: DateTime,
    new_id: Callable[[], UUID],
) -> SwitchNews:
    """Apply events in order; late, repeated and impossible ones are dropped, and so are events of unknown calls.

    Return what they report of the switch. Raises ``Superseded``, and changes nothing, when another listener leads now.
    """
    if not events:
        return SwitchNews()
    with store.transaction() as tx:
        tx.leader_leases.check(lease)
        return apply_events(tx, queue=queue, events=events, now=now, new_id=new_id)


def apply_events(
    tx: DispatchTransaction,
    *,
    queue: JobQueue,
    events: Sequence[CallEvent],
    now: DateTime,
    new_id: Callable[[], UUID],
) -> SwitchNews:
    """Apply events of any source to the calls that are on a switch; an end corrects one that was only assumed."""
    ends = [event.hung_up if isinstance(event, Unreached) else event for event in events]
    reported = {end.call_id: end for end in reversed(ends) if isinstance(end, HungUp)}
    tx.corrections.lock_carriers(reported)  # before any call, because a correction may withdraw the next call
    calls = {call.id: call for call in tx.calls.lock({e.call_id for e in events}, states=ON_SWITCH)}
    late = {call_id: end for call_id, end in reported.items() if call_id not in calls}
    changes = _fold(events, calls=calls, now=now)
    tx.calls.move(changes.moved)
    tx.calls.note_keys(changes.pressed)
    trunks = watch_trunks(tx, changes.told, queue=queue, now=now, new_id=new_id)
    changes.ended += put_back_calls(tx, changes.put_back, trunks=trunks, now=now)
    tx.after_commit(partial(_trace, changes.happened))
    happenings = [Happening(event, call, cdr_so_far(call, now=now)) for event, call in changes.happened]
    post_happenings(tx, happenings, queue=queue, now=now, new_id=new_id)
    finish_calls(tx, queue=queue, ended=changes.ended, now=now, new_id=new_id)
    correct_calls(tx, queue=queue, reported=_late_ends(tx, late), now=now, new_id=new_id)
    return changes.news()


def _trace(happened: Sequence[tuple[CallbackEvent, Call]]) -> None:
    for event, call in happened:
        at = call.answered_at or call.ringing_at
        if at is not None:
            facts = {"call_id": str(call.id)}
            TRACES.record(event.value, parent=call.traceparent, began=call.dialled_at, ended=at, facts=facts)


def _late_ends(tx: DispatchTransaction, ends: Mapping[CallId, HungUp]) -> list[tuple[Call, HungUp]]:
    """Return the calls whose end was assumed, and what is now reported of each."""
    assumed = tx.corrections.lock_assumed(ends) if ends else []
    return [(call, ends[call.id]) for call in assumed if is_of_present_dial(ends[call.id], call=call)]


@dataclass
class _Changes:
    """The result of a batch: only the last move of a call is written, and none of a call that ends."""

    moved: dict[CallId, Move] = field(default_factory=dict)
    pressed: dict[CallId, tuple[KeyPress, ...]] = field(default_factory=dict)
    """All keys of a call so far; none of a call that ends, since its end writes them."""
    happened: list[tuple[CallbackEvent, Call]] = field(default_factory=list)
    put_back: list[tuple[Call, HungUp | None]] = field(default_factory=list)
    """Calls that reached nobody; an unreached one with the end that the switch told."""
    told: dict[CarrierId, list[Told]] = field(default_factory=dict)
    ended: list[tuple[Call, HungUp]] = field(default_factory=list)
    refusal: str = ""
    """The last cause with which the switch itself refused a call."""
    accepted: list[Call] = field(default_factory=list)
    """Calls that had a channel on the switch."""

    def news(self) -> SwitchNews:
        """Return what the batch reports about the switch."""
        accepted = max((call.dialled_at for call in self.accepted), default=None)
        return SwitchNews(refusal=self.refusal, accepted_dial=accepted, has_ended=bool(self.ended))


def _fold(events: Sequence[CallEvent], *, calls: dict[CallId, Call], now: DateTime) -> _Changes:
    changes = _Changes()
    for event in events:
        call = calls.get(event.call_id)
        to = None if call is None or _unproven(event, call=call) else next_state(call.state, event)
        if call is None or to is None:
            logger.debug("event dropped", extra={"action": "event_dropped", "call_id": event.call_id})
            continue
        result = _result_of(event, call=call)
        if result is not None:
            changes.told.setdefault(call.carrier_id, []).append(Told(call, result))
        if not isinstance(event, Refused):
            changes.accepted.append(call)
        calls[call.id] = _apply(event, call=call, to=to, changes=changes, now=now)
    return changes


def _apply(event: CallEvent, *, call: Call, to: CallState, changes: _Changes, now: DateTime) -> Call:
    match event:
        case Ringing(at=moment, created_at=created_at):
            at = step_on_our_clock(moment, created_at=created_at, dialled_at=call.dialled_at, now=now)
            changes.moved[call.id] = Move(to, at)
            ringing = replace(call, state=to, ringing_at=at)
            changes.happened.append((CallbackEvent.RINGING, ringing))
            return ringing
        case Answered(at=moment, created_at=created_at):
            at = step_on_our_clock(moment, created_at=created_at, dialled_at=call.dialled_at, now=now)
            changes.moved[call.id] = Move(to, at)
            answered = replace(call, state=to, answered_at=at)
            changes.happened.append((CallbackEvent.ANSWERED, answered))
            return answered
        case KeyPressed(press=press):
            pressed = with_key(call.pressed, press)
            changes.pressed[call.id] = pressed
            return replace(call, pressed=pressed)
        case HungUp():
            changes.moved.pop(call.id, None)
            changes.pressed.pop(call.id, None)
            changes.ended.append((call, event))
            return replace(call, state=to)
        case Refused():
            return _refused(event, call=call, to=to, changes=changes, now=now)
        case Unreached(hung_up=hung_up):
            changes.put_back.append((call, hung_up))
            extra = {"action": "trunk_silent", "call_id": call.id, "carrier_id": call.carrier_id}
            logger.warning("trunk sent no reply", extra=extra | {"cause": hung_up.cause})
            WATCHERS.refused(Refuser.TRUNK, hung_up.cause)
            return replace(call, state=to, refusals=call.refusals + 1)
        case never:
            assert_never(never)


def _refused(event: Refused, *, call: Call, to: CallState, changes: _Changes, now: DateTime) -> Call:
    end = end_of_refused(event, refusals=call.refusals, dialled_at=call.dialled_at, now=now)
    if end is not None:
        changes.ended.append((call, end))
        return replace(call, state=CallState.ENDED)
    changes.put_back.append((call, None))
    changes.refusal = event.cause if is_own_refusal(event.cause) else changes.refusal
    extra = {"action": "switch_refused", "call_id": call.id, "switch": call.switch, "cause": event.cause}
    logger.warning("switch refused a call", extra=extra)
    WATCHERS.refused(Refuser.SWITCH, event.cause)
    return replace(call, state=to, refusals=call.refusals + 1)


def _result_of(event: CallEvent, *, call: Call) -> TrunkResult | None:
    """Return what an event says of the trunk: the first sign of the far side counts, and no later one."""
    if call.state is not CallState.DIALING:
        return None
    match event:
        case Ringing() | Answered() | KeyPressed():
            return REPLIED
        case HungUp(end=end) | Unreached(hung_up=HungUp(end=end)):
            return trunk_result_of(end)
        case Refused(cause=cause):
            return trunk_result_of_refusal(cause)
        case never:
            assert_never(never)


def _unproven(event: CallEvent, *, call: Call) -> bool:
    """Return True when an event proves nothing about the call's present dial.

    An event of an earlier dial may arrive late or twice: that dial reached nobody. A refusal proves that nobody was
    dialled only if the listener was connected before the dial.
    """
    if not isinstance(event, Ringing | Answered | KeyPressed):
        of_dial = event.hung_up if isinstance(event, Unreached) else event
        if not is_of_present_dial(of_dial, call=call):
            return True
    if not isinstance(event, Refused):
        return False
    return call.dialing_at is None or call.dialing_at < event.listening_since + PROCESS_CLOCKS_APART


def is_of_present_dial(event: Refused | HungUp, *, call: Call) -> bool:
    """Return True unless the event is known to be of an earlier dial of the call."""
    return event.dial in {None, call.refusals + 1}
