"""Repair after a crash: lost messages, calls whose end was not heard, overdue callbacks."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from pendulum import DateTime, Duration

from worker.domain.call import ON_SWITCH, HungUp
from worker.domain.errors import NotFound, Unavailable
from worker.domain.ids import CallId
from worker.domain.switch import Switch, SwitchState
from worker.domain.timing import CALL_ASKED_AFTER, CALL_LOST_AFTER, UNHEARD_CALL_ASKED_AFTER, UNHEARD_CALL_LOST_AFTER
from worker.domain.unheard import LastKnown, assume_end, has_restarted_since, patience_for, seen_in_listing
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore
from worker.ports.dispatch.telephony import Telephony
from worker.usecases.dispatch.end_overlong import end_overlong
from worker.usecases.dispatch.finish_calls import finish_calls
from worker.usecases.dispatch.resend_calls import resend_calls
from worker.usecases.dispatch.unreached_calls import end_calls_on, end_calls_surely_over

logger = logging.getLogger(__name__)

ASKED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class _Patience:
    """How old a call is before its switch is asked about it, and how long the switch must not have it."""

    asked_after: Duration
    lost_after: Duration


HEARD = _Patience(CALL_ASKED_AFTER, CALL_LOST_AFTER)
"""Its originate may still be on its way, and its last event may only be late."""
MISSED = _Patience(UNHEARD_CALL_ASKED_AFTER, UNHEARD_CALL_LOST_AFTER)
"""It was dialled before the present listener connected: no listener may have received its end."""


def sweep(
    store: DispatchStore, *, queue: JobQueue, telephony: Telephony, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """Send lost messages again, settle calls that their switch no longer has, let overdue callbacks be asked for."""
    resend_calls(store, queue=queue, now=now, ahead=Duration())
    with store.reading() as tx:
        listeners = tx.leader_leases.listeners(now=now)
        switches = {switch.name: switch for switch in tx.switches.all()}
        calls = tx.calls.on_switch_since(now - MISSED.asked_after, limit=ASKED_AT_ONCE)
    telephony.follow(switches.values())
    queue.ask_for_callbacks()
    for name in {call.switch for call in calls} & {s.name for s in switches.values() if s.state is SwitchState.GONE}:
        end_calls_on(store, name, queue=queue, now=now, new_id=new_id)
    by_switch: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.dialled_at <= now - _patience(call, heard_since=listeners.get(call.switch)).asked_after:
            by_switch[call.switch].append(call)
    for name, old in by_switch.items():
        up = _calls_up(telephony, switch=name)
        if up is None:
            end_calls_surely_over(store, old, queue=queue, now=now, new_id=new_id)
        else:
            end_overlong(telephony, [call for call in old if call.id in up], switch=name, now=now)
            absent = _Absent(old, up=up, heard_since=listeners.get(name), switch=switches.get(name))
            _settle(store, absent, queue=queue, now=now, new_id=new_id)
            if len(calls) < ASKED_AT_ONCE:  # otherwise some were not looked for
                _note_listing(store, name, at=now)


def _patience(call: Call, *, heard_since: DateTime | None) -> _Patience:
    return HEARD if heard_since is None or call.dialled_at >= heard_since else MISSED


class _Absent:
    """The calls of one switch that the switch does not have."""

    def __init__(
        self, calls: Sequence[Call], *, up: set[CallId], heard_since: DateTime | None, switch: Switch | None
    ) -> None:
        self.found = [call.id for call in calls if call.id in up and call.missing_since is not None]
        self._absent = [call for call in calls if call.id not in up]
        self._heard_since = heard_since
        self._switch = switch

    def new(self) -> dict[DateTime | None, list[CallId]]:
        """Return calls that the switch had when it was last asked, by the time of that; None: it was not asked."""
        listed_at = None if self._switch is None else self._switch.listed_at
        new: defaultdict[DateTime | None, list[CallId]] = defaultdict(list)
        for call in self._absent:
            if call.missing_since is None:
                new[seen_in_listing(listed_at, dialled_at=call.dialled_at)].append(call.id)
        return new

    @property
    def new_and_missed(self) -> bool:
        """Return True when some of these will be settled soon."""
        new = (call for call in self._absent if call.missing_since is None)
        return any(self._gone_after(call) == MISSED.lost_after for call in new)

    def over(self, *, now: DateTime) -> list[CallId]:
        """Return calls that the switch has not had for so long that nothing more is waited for."""
        since = ((call, call.missing_since) for call in self._absent if call.missing_since is not None)
        return [call.id for call, missing in since if missing <= now - self._gone_after(call)]

    def assumed_end(self, call: Call) -> HungUp:
        """Return what is assumed of a call that is over."""
        known = LastKnown(
            call_id=call.id,
            dialled_at=call.dialled_at,
            ringing_at=call.ringing_at,
            answered_at=call.answered_at,
            seen_up_at=call.seen_up_at,
        )
        return assume_end(known, has_restarted=has_restarted_since(self._switch, dialled_at=call.dialled_at))

    def _gone_after(self, call: Call) -> Duration:
        patience = _patience(call, heard_since=self._heard_since)
        return patience_for(self._switch, dialled_at=call.dialled_at, event_due_within=patience.lost_after)


def _settle(
    store: DispatchStore, absent: _Absent, *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """End calls that the switch has not had for a while; note those that are newly missing or found again."""
    over, new = absent.over(now=now), absent.new()
    if not (absent.found or new or over):
        return
    with store.transaction() as tx:
        tx.calls.set_missing(absent.found, since=None)
        for seen_up_at, call_ids in new.items():
            tx.calls.set_missing(call_ids, since=now, seen_up_at=seen_up_at)
        if absent.new_and_missed:
            tx.after_commit(partial(queue.sweep, wait_seconds=MISSED.lost_after.total_seconds()))
        locked = [call for call in tx.calls.lock(over, states=ON_SWITCH) if call.missing_since is not None]
        finish_calls(tx, queue=queue, ended=[(c, absent.assumed_end(c)) for c in locked], now=now, new_id=new_id)


def _note_listing(store: DispatchStore, name: str, *, at: DateTime) -> None:
    """Write when the switch's calls were listed: those that are missing later were up then."""
    with store.transaction() as tx:
        switch = tx.switches.lock(name)
        if switch is not None and (switch.listed_at is None or switch.listed_at < at):
            tx.switches.save(replace(switch, listed_at=at))


def _calls_up(telephony: Telephony, *, switch: str) -> set[CallId] | None:
    try:
        return telephony.up(switch)
    except NotFound:  # says nothing about its calls, which may well be up
        logger.warning("calls are on a switch that is not known", extra={"action": "switch_unknown", "switch": switch})
        return None
    except Unavailable:
        logger.warning("switch cannot be asked", extra={"action": "switch_away", "switch": switch})
        return None
