"""Judge each queued call again by the present settings, win it, and send it to the switch, at most once."""

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
from worker.usecases.dispatch.pace import available_tokens, confirm_dialled, postpone_calls, reserve_tokens

logger = logging.getLogger(__name__)

_CLOSES_LEAD = {
    Reason.DO_NOT_CALL: Ending.DO_NOT_CALL,
    Reason.ATTEMPTS_USED: Ending.ATTEMPTS_USED,
    Reason.EXPIRED: Ending.EXPIRED,
}


def place_calls(
    store: DispatchStore, *, queue: JobQueue, telephony: Telephony, rate: Rate, call_ids: Sequence[CallId], clock: Clock
) -> int:
    """Dial the calls that are still queued and still allowed; return how many were sent to the switch."""
    with store.transaction() as tx:
        # A call that no listener hears would have no end. Rows are locked after this: reaching a switch takes time.
        switch = telephony.pick(among=tx.leader_leases.listeners(now=clock.now()))
        if switch is None:
            logger.warning("no reachable switch with a listener", extra={"action": "no_switch", "calls": len(call_ids)})
            tx.calls.postpone(call_ids, until=clock.now() + UNREACHABLE_PAUSE)
            return 0
        won, until = _win(tx, call_ids, queue=queue, rate=rate, switch=switch, clock=clock)
    if not won:
        return 0
    allowed, held, tokens = reserve_tokens(rate, won)
    going = [one.origination for one in allowed]
    placed = telephony.place(going, switch=switch, until=until) if going else Placed()
    if placed.is_answered:  # otherwise the time of the dial is unknown
        confirm_dialled(rate, tokens)
    if placed.undialled or held:
        waits = available_tokens(rate, {one.carrier.id: one.carrier for one in won}.values()) if held else {}
        with store.transaction() as tx:
            _put_back(tx, placed.undialled, held=held, tokens=waits, queue=queue, now=clock.now())
    for carrier_id in tokens:  # fewer of its calls are queued now, so others may be planned
        queue.plan_carrier(carrier_id)
    return len(allowed) - len(placed.undialled)


def _win(
    tx: DispatchTransaction, call_ids: Sequence[CallId], *, queue: JobQueue, rate: Rate, switch: str, clock: Clock
) -> tuple[list[Won], DateTime]:
    """Judge calls under the locks of carrier and campaign: allowed ones move to ``dialing``, the others end.

    Return the calls that were won and the time until which the verdict holds. The clock is read after the locks are
    taken; otherwise the decision would use a stale time.
    """
    rules = tx.plans.lock_for_dial(call_ids)
    calls = tx.calls.lock(call_ids, states=[CallState.QUEUED])
    now = clock.now()
    if not calls:
        return [], now
    tokens = available_tokens(rate, rules.carriers.values())
    verdicts = judge_calls(tx, calls, rules=rules, tokens=tokens, now=now)
    if verdicts.won:
        dials = [Dial(w.origination.call_id, switch, w.origination.caller_id, w.revision) for w in verdicts.won]
        tx.calls.move_to_dialing(dials, now=now)
    if verdicts.waiting:
        postpone_calls(tx, verdicts.waiting, tokens=tokens, queue=queue, now=now)
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
    """Put calls back into the queue; it is certain that nobody was dialled."""
    back = {*undialled, *(call_id for call_ids in held.values() for call_id in call_ids)}
    tx.calls.put_back(back, resend_at=now + UNREACHABLE_PAUSE, refused=False)
    postpone_calls(tx, held, tokens=tokens, queue=queue, now=now)
    extra = {"action": "calls_put_back", "calls": len(undialled), "without_token": len(back) - len(undialled)}
    logger.warning("calls not dialled, queued again", extra=extra)


def _cancel(tx: DispatchTransaction, calls: Sequence[Call], *, reasons: Mapping[CallId, Reason], now: DateTime) -> None:
    """Cancel calls; their leads go back to their stage, or end when they must not be called at all."""
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
