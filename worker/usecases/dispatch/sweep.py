"""Repair after a crash: lost messages, calls whose end was not heard, overdue callbacks."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from pendulum import DateTime, Duration

from worker.domain.call import LOST, ON_SWITCH, CallState, HungUp
from worker.domain.errors import NotFound, Unavailable
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.timing import CALL_ASKED_AFTER, CALL_LOST_AFTER, UNHEARD_CALL_ASKED_AFTER, UNHEARD_CALL_LOST_AFTER
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import Call, DispatchStore
from worker.ports.dispatch.telephony import Telephony
from worker.usecases.dispatch.end_overlong import end_overlong
from worker.usecases.dispatch.finish_calls import finish_calls
from worker.usecases.dispatch.resend_calls import resend_calls

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
    """Send lost messages again, settle calls that their switch no longer has, ask for overdue callbacks."""
    resend_calls(store, queue=queue, now=now, ahead=Duration())
    with store.reading() as tx:
        listeners = tx.leader_leases.listeners(now=now)
        hosts = tx.deliveries.due_hosts(now=now)
        calls = tx.calls.on_switch_since(now - MISSED.asked_after, limit=ASKED_AT_ONCE)
    for host in hosts:
        queue.deliver_callbacks(host)
    by_switch: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.dialled_at <= now - _patience(call, heard_since=listeners.get(call.switch)).asked_after:
            by_switch[call.switch].append(call)
    for switch, old in by_switch.items():
        up = _calls_up(telephony, switch=switch)
        if up is not None:
            end_overlong(telephony, [call for call in old if call.id in up], switch=switch, now=now)
            absent = _Absent(old, up=up, heard_since=listeners.get(switch))
            _settle(store, absent, queue=queue, now=now, new_id=new_id)


def _patience(call: Call, *, heard_since: DateTime | None) -> _Patience:
    return HEARD if heard_since is None or call.dialled_at >= heard_since else MISSED


class _Absent:
    """The calls of one switch that the switch does not have."""

    def __init__(self, calls: Sequence[Call], *, up: set[CallId], heard_since: DateTime | None) -> None:
        self.found = [call.id for call in calls if call.id in up and call.missing_since is not None]
        self._absent = [call for call in calls if call.id not in up]
        self._heard_since = heard_since

    @property
    def new(self) -> list[CallId]:
        """Return calls that the switch had when it was last asked."""
        return [call.id for call in self._absent if call.missing_since is None]

    @property
    def new_and_missed(self) -> bool:
        """Return True when some of these will be settled soon."""
        return any(call.missing_since is None and self._patience(call) is MISSED for call in self._absent)

    def lost(self, *, now: DateTime) -> list[CallId]:
        """Return calls that the switch has not had for so long that their last event cannot be on its way."""
        since = ((call, call.missing_since) for call in self._absent if call.missing_since is not None)
        return [call.id for call, missing in since if missing <= now - self._patience(call).lost_after]

    def _patience(self, call: Call) -> _Patience:
        return _patience(call, heard_since=self._heard_since)


def _settle(
    store: DispatchStore, absent: _Absent, *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """End calls that the switch has not had for a while; note those that are newly missing or found again."""
    gone, new = absent.lost(now=now), absent.new
    if not (absent.found or new or gone):
        return
    with store.transaction() as tx:
        tx.calls.set_missing(absent.found, since=None)
        tx.calls.set_missing(new, since=now)
        if absent.new_and_missed:
            tx.after_commit(partial(queue.sweep, wait_seconds=MISSED.lost_after.total_seconds()))
        locked = [call for call in tx.calls.lock(gone, states=ON_SWITCH) if call.missing_since is not None]
        finish_calls(tx, queue=queue, ended=[(c, _lost(c, now=now)) for c in locked], now=now, new_id=new_id)


def _calls_up(telephony: Telephony, *, switch: str) -> set[CallId] | None:
    try:
        return telephony.up(switch)
    except NotFound:
        logger.warning("switch is no longer configured", extra={"action": "switch_unknown", "switch": switch})
        return set()
    except Unavailable:
        logger.warning("switch cannot be asked", extra={"action": "switch_away", "switch": switch})
        return None


def _lost(call: Call, *, now: DateTime) -> HungUp:
    """Return the end of a call whose end was not heard; an answer that was heard is kept."""
    ended_at = call.missing_since or now
    return HungUp(
        call_id=call.id,
        end=Hangup(cause=LOST, answered=call.state is CallState.ANSWERED),
        started_at=call.dialled_at,
        ended_at=max(ended_at, call.answered_at) if call.answered_at else ended_at,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
    )
