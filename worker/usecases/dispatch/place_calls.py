"""Judge each queued call again by the settings of this moment, win it, and hand it to the switch, at most once."""

import logging
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from pendulum import DateTime

from worker.domain.call import CallState
from worker.domain.ids import CallId, CarrierId, LeadId
from worker.domain.lead import Ending
from worker.domain.reason import Reason
from worker.domain.timing import UNREACHABLE_PAUSE, VERDICT_HOLDS
from worker.ports.dispatch.messages import JobQueue, Rate, Tokens
from worker.ports.dispatch.store import Call, Clock, Dial, DispatchStore, DispatchTransaction
from worker.ports.dispatch.telephony import Placed, Telephony
from worker.usecases.dispatch.judge_calls import Won, judge_calls
from worker.usecases.dispatch.pace import put_off, take_tokens, tell_dialled, tokens_left

logger = logging.getLogger(__name__)

_CLOSES_LEAD = {
    Reason.DO_NOT_CALL: Ending.DO_NOT_CALL,
    Reason.ATTEMPTS_USED: Ending.ATTEMPTS_USED,
    Reason.EXPIRED: Ending.EXPIRED,
}


def place_calls(
    store: DispatchStore, *, queue: JobQueue, telephony: Telephony, rate: Rate, call_ids: Sequence[CallId], clock: Clock
) -> int:
    """Dial those of the calls that are still queued and still allowed; give how many were handed to the switch."""
    with store.transaction() as tx:
        # Of a call that nobody hears no end would be known. Rows are locked after this: reaching a switch takes time.
        switch = telephony.pick(among=tx.leader_leases.listeners(now=clock.now()))
        if switch is None:
            logger.warning("no switch is heard and reached", extra={"action": "no_switch", "calls": len(call_ids)})
            tx.calls.postpone(call_ids, until=clock.now() + UNREACHABLE_PAUSE)
            return 0
        won, until = _win(tx, call_ids, queue=queue, rate=rate, switch=switch, clock=clock)
    if not won:
        return 0
    allowed, held, tokens = take_tokens(rate, won)
    going = [one.origination for one in allowed]
    placed = telephony.place(going, switch=switch, until=until) if going else Placed()
    if placed.is_answered:  # else nobody knows when they are dialled
        tell_dialled(rate, tokens)
    if placed.undialled or held:
        waits = tokens_left(rate, {one.carrier.id: one.carrier for one in won}.values()) if held else {}
        with store.transaction() as tx:
            _put_back(tx, placed.undialled, held=held, tokens=waits, queue=queue, now=clock.now())
    for carrier_id in tokens:  # its queued calls are fewer now, so that others may take their places
        queue.plan_carrier(carrier_id)
    return len(allowed) - len(placed.undialled)


def _win(
    tx: DispatchTransaction, call_ids: Sequence[CallId], *, queue: JobQueue, rate: Rate, switch: str, clock: Clock
) -> tuple[list[Won], DateTime]:
    """Judge the calls under the locks of carrier and campaign: the allowed ones go to ``dialing``, the others end.

    Gives those that were won, and until when that holds. The time is read when the locks are had: whoever waits for
    one would judge by a moment that has passed.
    """
    rules = tx.plans.lock_for_dial(call_ids)
    calls = tx.calls.lock(call_ids, states=[CallState.QUEUED])
    now = clock.now()
    if not calls:
        return [], now
    tokens = tokens_left(rate, rules.carriers.values())
    verdicts = judge_calls(tx, calls, rules=rules, tokens=tokens, now=now)
    if verdicts.won:
        dials = [Dial(w.origination.call_id, switch, w.origination.caller_id, w.revision) for w in verdicts.won]
        tx.calls.move_to_dialing(dials, now=now)
    if verdicts.waiting:
        put_off(tx, verdicts.waiting, tokens=tokens, queue=queue, now=now)
    if verdicts.refused:
        _cancel(tx, [call for call in calls if call.id in verdicts.refused], reasons=verdicts.refused, now=now)
        for carrier_id in {call.carrier_id for call in calls} | {carrier.id for carrier in rules.carriers.values()}:
            tx.after_commit(partial(queue.plan_carrier, carrier_id))
    return verdicts.won, now + VERDICT_HOLDS


def _put_back(
    tx: DispatchTransaction,
    undialled: Collection[CallId],
    *,
    held: Mapping[CarrierId, Sequence[CallId]],
    tokens: Mapping[CarrierId, Tokens],
    queue: JobQueue,
    now: DateTime,
) -> None:
    """Queue calls again of which it is certain that nobody was dialled."""
    back = {*undialled, *(call_id for call_ids in held.values() for call_id in call_ids)}
    tx.calls.put_back(back, resend_at=now + UNREACHABLE_PAUSE, refused=False)
    put_off(tx, held, tokens=tokens, queue=queue, now=now)
    extra = {"action": "calls_put_back", "calls": len(undialled), "without_token": len(back) - len(undialled)}
    logger.warning("calls were not dialled", extra=extra)


def _cancel(tx: DispatchTransaction, calls: Sequence[Call], *, reasons: Mapping[CallId, Reason], now: DateTime) -> None:
    """Cancel the calls; their leads go back to where they were, or end when they must not be called at all."""
    tx.calls.cancel(reasons, now=now)
    closing: dict[Ending, list[LeadId]] = {}
    for call in calls:
        ending = _CLOSES_LEAD.get(reasons[call.id])
        if ending is not None:
            closing.setdefault(ending, []).append(call.lead_id)
        logger.info(
            "call cancelled",
            extra={"action": "call_cancelled", "call_id": call.id, "reason": reasons[call.id].value},
        )
    for ending, lead_ids in closing.items():
        tx.leads.close(lead_ids, ending=ending, now=now)
    tx.leads.hand_back({call.lead_id: call.stage_before for call in calls if reasons[call.id] not in _CLOSES_LEAD})
