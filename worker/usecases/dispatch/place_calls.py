"""Judge each queued call again by the present settings, win it, and send it to the switch, at most once."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from pendulum import DateTime

from worker.domain.call import CallState
from worker.domain.ids import CallId, CarrierId, LeadId
from worker.domain.lead import Ending
from worker.domain.reason import Reason
from worker.domain.switch_choice import spread
from worker.domain.timing import UNREACHABLE_PAUSE, VERDICT_HOLDS
from worker.ports.dispatch.call_rows import Call, Dial
from worker.ports.dispatch.messages import JobQueue, Tokens
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction
from worker.ports.dispatch.traces import TRACES, Facts
from worker.ports.dispatch.watching import WATCHERS, Delay, Refuser, Repair
from worker.usecases.dispatch.choose_switches import (
    assign,
    note_refusals,
    place_on_switches,
    read_candidates,
    wait_for_switch,
)
from worker.usecases.dispatch.day_counts import count_dials, days_of
from worker.usecases.dispatch.dial_paced import Dialler, PacedCalls, dial_paced
from worker.usecases.dispatch.judge_calls import Terms, Won, judge_calls
from worker.usecases.dispatch.pace import available_tokens, by_limited_carrier, plan_at, postpone_calls, reserve_tokens

logger = logging.getLogger(__name__)

_CLOSES_LEAD = {
    Reason.DO_NOT_CALL: Ending.DO_NOT_CALL,
    Reason.ATTEMPTS_USED: Ending.ATTEMPTS_USED,
    Reason.EXPIRED: Ending.EXPIRED,
}


def place_calls(store: DispatchStore, *, queue: JobQueue, dialler: Dialler, call_ids: Sequence[CallId]) -> int:
    """Dial the calls that are still queued and still allowed; return how many are on their way to the switch.

    Calls of a carrier with a limit of calls per second follow beside this, each at its time.
    """
    clock = dialler.clock
    # Before any row is locked, because reaching a switch takes time.
    candidates = read_candidates(store, telephony=dialler.telephony, now=clock.now())
    names = spread(len(call_ids), candidates, now=clock.now())
    with store.transaction() as tx:
        if not names:
            wait_for_switch(tx, call_ids, queue=queue, now=clock.now())
            return 0
        won = _win(tx, call_ids, queue=queue, dialler=dialler, names=names)
    for carrier_id, calls in by_limited_carrier(won.calls).items():
        tokens = won.tokens[carrier_id]
        paced = PacedCalls(calls=calls, tokens=tokens, reserved_at=won.at, until=won.until)
        dialler.beside(partial(dial_paced, store, paced, queue=queue, dialler=dialler))
        queue.plan_carrier_at(carrier_id, at=plan_at(tokens, now=won.at), now=clock.now())
    at_once = [one.origination for one in won.calls if not one.carrier.paced_per_second]
    placed = place_on_switches(dialler.telephony, at_once, until=won.until)
    note_refusals(store, placed.refusals, now=clock.now())
    if placed.undialled:
        with store.transaction() as tx:
            _put_back(tx, placed.undialled, now=clock.now())
    return len(won.calls) - len(placed.undialled)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Winnings:
    """The calls that were won, the times that were reserved at ``at``, and until when the verdict holds."""

    calls: Sequence[Won] = ()
    tokens: Mapping[CarrierId, Tokens] = field(default_factory=dict)
    at: DateTime
    until: DateTime


def _win(
    tx: DispatchTransaction, call_ids: Sequence[CallId], *, queue: JobQueue, dialler: Dialler, names: Sequence[str]
) -> _Winnings:
    """Judge calls under the locks of carrier and campaign: allowed ones move to ``dialing``, the others end.

    The clock is read after the locks are taken; otherwise the decision would use a stale time.
    """
    clock, rate = dialler.clock, dialler.rate
    rules = tx.plans.lock_for_dial(call_ids, now=clock.now())
    calls = tx.calls.lock(call_ids, states=[CallState.QUEUED])
    now = clock.now()
    until = now + VERDICT_HOLDS
    if not calls:
        return _Winnings(at=now, until=until)
    available = available_tokens(rate, rules.carriers.values(), calls=calls)
    judged = judge_calls(
        tx,
        calls,
        rules=rules,
        tokens=available,
        terms=Terms(dialler.longest_call_seconds, dialler.names),
        now=now,
    )
    verdicts = replace(judged, won=assign(judged.won, names))
    reserved = reserve_tokens(rate, verdicts.won)
    reserved_at = clock.now()
    won = verdicts.with_times(reserved)
    if won:
        days = days_of(calls, guards=rules.guards, now=now)
        tx.calls.move_to_dialing([_dial(one, days=days, now=now) for one in won], now=now)
        count_dials(tx, calls, dialled={one.origination.call_id for one in won}, days=days)
        tx.after_commit(partial(_note_dials, calls, won, now=now))
    if without := judged.won[len(verdicts.won) :]:
        wait_for_switch(tx, [one.origination.call_id for one in without], queue=queue, now=now)
    if verdicts.waiting:
        postpone_calls(tx, verdicts.waiting, tokens=available | reserved, queue=queue, now=reserved_at)
    for held_until, held in verdicts.held.items():
        tx.calls.postpone(held, until=held_until)
    if verdicts.refused:
        _cancel(tx, [call for call in calls if call.id in verdicts.refused], reasons=verdicts.refused, now=now)
        for carrier_id in {call.carrier_id for call in calls} | {carrier.id for carrier in rules.carriers.values()}:
            tx.after_commit(partial(queue.plan_carrier, carrier_id))
    return _Winnings(calls=won, tokens=reserved, at=reserved_at, until=until)


def _note_dials(calls: Sequence[Call], won: Sequence[Won], *, now: DateTime) -> None:
    """Log and trace dials, and note how long the calls waited since their plan; a repeated dial waited for a switch."""
    dialled = {one.origination.call_id: one.origination for one in won}
    for call in calls:
        if call.id not in dialled:
            continue
        origination = dialled[call.id]
        if origination.dial == 1:
            WATCHERS.delayed(Delay.DIAL, (now - call.queued_at).total_seconds())
        facts: Facts = {"call_id": str(call.id), "switch": origination.switch, "dial": origination.dial}
        logger.info("call dialled", extra={"action": "call_dialled", **facts})
        TRACES.record("dial", parent=call.traceparent, began=call.queued_at, ended=now, facts=facts)


def _dial(won: Won, *, days: Mapping[CallId, date], now: DateTime) -> Dial:
    called = won.origination
    over_by = won.over_by(since=now)
    return Dial(called.call_id, called.switch, called.caller_id, won.revision, over_by, spend_day=days[called.call_id])


def _put_back(tx: DispatchTransaction, undialled: Collection[CallId], *, now: DateTime) -> None:
    """Put calls back into the queue; it is certain that nobody was dialled."""
    tx.calls.put_back(undialled, resend_at=now + UNREACHABLE_PAUSE, refused=False)
    extra = {"action": "calls_put_back", "calls": len(undialled)}
    logger.warning("calls not dialled, queued again", extra=extra)
    WATCHERS.repaired(Repair.PUT_BACK, calls=len(undialled))


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
        WATCHERS.refused(Refuser.RULES, reasons[call.id].value)
    for ending, lead_ids in closing.items():
        tx.leads.close(lead_ids, ending=ending, now=now)
    tx.leads.hand_back({call.lead_id: call.stage_before for call in calls if reasons[call.id] not in _CLOSES_LEAD})
