"""Repair after a crash: messages that were lost, calls whose end nobody saw, callbacks that are overdue."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from uuid import UUID

from pendulum import DateTime, Duration

from worker.domain.call import LOST, ON_SWITCH, CallState, HungUp, Outcome
from worker.domain.errors import NotFound, Unavailable
from worker.domain.ids import CallId
from worker.ports.dispatch import Call, Store
from worker.ports.messages import JobQueue
from worker.ports.telephony import Telephony
from worker.usecases.finish_calls import finish_calls

logger = logging.getLogger(__name__)

RESEND_AT_ONCE = 500
ASK_AFTER = Duration(seconds=5)
"""A younger call is left alone: its originate may still be on its way."""
LOST_AFTER = Duration(seconds=12)
"""How long a switch must not know a call before the call is given up: its last event may only be late."""
ASKED_AT_ONCE = 5000


def sweep(store: Store, *, queue: JobQueue, telephony: Telephony, now: DateTime, new_id: Callable[[], UUID]) -> None:
    """Send again what was not taken up, settle calls that the switch no longer has, send overdue callbacks."""
    with store.transaction() as tx:
        unsent = tx.calls.unsent(now=now, limit=RESEND_AT_ONCE)
    if unsent:
        logger.info("messages sent again", extra={"action": "calls_resent", "calls": len(unsent)})
        queue.place_calls(unsent)
    with store.reading() as tx:
        hosts = tx.deliveries.due_hosts(now=now)
        old = tx.calls.on_switch_since(now - ASK_AFTER, limit=ASKED_AT_ONCE)
    for host in hosts:
        queue.deliver_callbacks(host)
    by_switch: defaultdict[str, list[Call]] = defaultdict(list)
    for call in old:
        by_switch[call.switch].append(call)
    for switch, calls in by_switch.items():
        up = _calls_up(telephony, switch=switch)
        if up is not None:
            _settle(store, calls, up=up, queue=queue, now=now, new_id=new_id)


def _settle(
    store: Store,
    calls: Sequence[Call],
    *,
    up: set[CallId],
    queue: JobQueue,
    now: DateTime,
    new_id: Callable[[], UUID],
) -> None:
    """Compare one switch's calls with those that it has up: what it has not had for a while is lost."""
    absent = [call for call in calls if call.id not in up]
    found = [call.id for call in calls if call.id in up and call.missing_since is not None]
    missing = [call.id for call in absent if call.missing_since is None]
    gone = [call.id for call in absent if call.missing_since is not None and call.missing_since <= now - LOST_AFTER]
    if not (found or missing or gone):
        return
    with store.transaction() as tx:
        tx.calls.set_missing(found, since=None)
        tx.calls.set_missing(missing, since=now)
        locked = tx.calls.lock(gone, states=ON_SWITCH)
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
    """End a call whose end nobody saw; that it was answered, if it was, is known."""
    ended_at = call.missing_since or now
    return HungUp(
        call_id=call.id,
        outcome=Outcome.ANSWERED if call.state is CallState.ANSWERED else Outcome.FAILED,
        cause=LOST,
        started_at=call.dialing_at or call.queued_at,
        ended_at=max(ended_at, call.answered_at) if call.answered_at else ended_at,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
    )
