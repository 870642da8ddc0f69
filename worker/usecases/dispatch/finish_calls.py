"""End a batch of calls: the CDR, the lead's next step and the callback's row, in one transaction."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import HungUp
from worker.domain.callback_event import CallbackEvent
from worker.domain.campaign import Campaign
from worker.domain.cdr import Cdr
from worker.domain.erasure import ERASED
from worker.domain.ids import CampaignId
from worker.domain.keys import settle_keys
from worker.domain.lead import Stage
from worker.domain.outcome import CauseRule, Verdict, decide_outcome
from worker.domain.recall import MOST_UNCOUNTED, GiveUp, RecallAt, decide_recall, decide_repeat, give_up
from worker.domain.switch_clock import end_on_our_clock
from worker.ports.dispatch.call_rows import Call, Ended
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchTransaction
from worker.ports.dispatch.traces import TRACES
from worker.ports.dispatch.watching import WATCHERS, Delay, Repair
from worker.usecases.agents.change import AgentWork
from worker.usecases.agents.connect import calls_over
from worker.usecases.dispatch.opt_out_by_key import opt_out_by_key
from worker.usecases.dispatch.outbox import Happening, cdr_so_far, post_happenings

logger = logging.getLogger(__name__)

_AT_THE_END: Final = (CallbackEvent.HANGUP, CallbackEvent.CDR, CallbackEvent.CDR_AUTOCALL)


def finish_calls(
    tx: DispatchTransaction,
    *,
    queue: JobQueue,
    ended: Sequence[tuple[Call, HungUp]],
    now: DateTime,
    new_id: Callable[[], UUID],
) -> None:
    """End calls whose rows are locked; after the commit their carriers are planned and their callbacks sent.

    The times of the ends may be from the switch's clock; what is stored is by ours.
    """
    if not ended:
        return
    campaigns = tx.plans.campaigns({call.campaign_id for call, _ in ended})
    steps = decide_ends(tx, ended, campaigns=campaigns, now=now)
    tx.calls.finish(steps, now=now)
    _release_agents(tx, steps, queue=queue, now=now, new_id=new_id)
    opt_out_by_key(tx, steps, campaigns=campaigns, now=now)
    happenings = [Happening(event, step.call, cdr_of(step)) for step in steps for event in events_at_the_end(step)]
    post_happenings(tx, happenings, queue=queue, now=now, new_id=new_id, campaigns=campaigns)
    for carrier_id in {call.carrier_id for call, _ in ended}:
        tx.after_commit(partial(queue.plan_carrier, carrier_id))
    tx.after_commit(partial(_note_ends, steps, now=now))
    for step in steps:
        outcome, cause = step.outcome.value, step.event.cause
        extra = {"action": "call_finished", "call_id": step.call.id, "outcome": outcome, "cause": cause}
        logger.info("call finished", extra=extra)


def _note_ends(steps: Sequence[Ended], *, now: DateTime) -> None:
    for step in steps:
        call, event = step.call, step.event
        facts = {"call_id": str(call.id), "outcome": step.outcome.value, "cause": event.cause}
        TRACES.record("call", parent=call.traceparent, began=event.started_at, ended=event.ended_at, facts=facts)
        if step.event.is_assumed:
            WATCHERS.repaired(Repair.ASSUMED_END)
        else:
            WATCHERS.delayed(Delay.SETTLE, (now - step.event.ended_at).total_seconds())


def _release_agents(
    tx: DispatchTransaction, ended: Sequence[Ended], *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """End the calls of agents too, in the transaction that ends the calls."""
    answered = [one.call.id for one in ended if one.event.answered_at is not None or one.call.answered_at is not None]
    if answered:
        calls_over(AgentWork(tx=tx, queue=queue, now=now, new_id=new_id), answered)


def decide_ends(
    tx: DispatchTransaction,
    ended: Sequence[tuple[Call, HungUp]],
    *,
    campaigns: Mapping[CampaignId, Campaign],
    now: DateTime,
) -> list[Ended]:
    """Decide each call's outcome by its carrier's rules, and its lead's next step by its campaign."""
    rules = tx.cause_tables.of({call.carrier_id for call, _ in ended})
    return [
        _next_step(
            call, _placed(event, call=call, now=now), campaign=campaigns[call.campaign_id], rules=rules[call.carrier_id]
        )
        for call, event in ended
    ]


def events_at_the_end(ended: Ended) -> Iterator[CallbackEvent]:
    """Yield the callback events of an end, before them the answer if only the end reports it."""
    if ended.event.answered_at is not None and ended.call.answered_at is None:
        yield CallbackEvent.ANSWERED
    yield from _AT_THE_END


def _placed(event: HungUp, *, call: Call, now: DateTime) -> HungUp:
    seen_up_at = call.answered_at or call.ringing_at
    return end_on_our_clock(event, dialled_at=call.dialled_at, seen_up_at=seen_up_at, now=now)


def _next_step(call: Call, event: HungUp, *, campaign: Campaign, rules: Sequence[CauseRule]) -> Ended:
    verdict = decide_outcome(event.end, rules=rules)
    counted = verdict.counts or call.uncounted >= MOST_UNCOUNTED
    pressed = () if call.phone == ERASED else settle_keys(call.pressed, dialled=event.digits)
    call = replace(call, pressed=pressed)
    step = partial(Ended, call, event, verdict.outcome, counted=counted)
    match _decide(call, event, campaign=campaign, verdict=replace(verdict, counts=counted)):
        case RecallAt(moment):
            return step(lead_stage=_stage_after(call, counted=counted), lead_due_at=moment, lead_ending=None)
        case GiveUp(ending):
            return step(lead_stage=Stage.DONE, lead_due_at=None, lead_ending=ending)
        case never:
            assert_never(never)


def _decide(call: Call, event: HungUp, *, campaign: Campaign, verdict: Verdict) -> RecallAt | GiveUp:
    if not event.may_be_recalled:
        return give_up(verdict.outcome)
    if not verdict.counts:
        return decide_repeat(
            campaign.recall, uncounted=call.uncounted, ended_at=event.ended_at, expires_at=campaign.expires_at
        )
    return decide_recall(
        campaign.recall,
        attempt=call.attempt,
        outcome=verdict.outcome,
        billed_seconds=event.billsec or 0,
        ended_at=event.ended_at,
        expires_at=campaign.expires_at,
    )


def _stage_after(call: Call, *, counted: bool) -> Stage:
    """Return the stage in which the lead waits: that of before, if it is the same attempt again."""
    return call.stage_before if not counted or call.stage_before is Stage.OTP else Stage.RECALL


def cdr_of(ended: Ended) -> Cdr:
    """Return the record of a call that has ended."""
    call, event = ended.call, ended.event
    return replace(
        cdr_so_far(call, now=event.started_at),
        outcome=ended.outcome,
        cause=event.cause,
        sip_call_id=event.sip_call_id,
        hangup_disposition=event.hangup_disposition,
        started_at=event.started_at,
        ringing_at=event.ringing_at or call.ringing_at,
        answered_at=event.answered_at,
        ended_at=event.ended_at,
        switch_duration=event.duration,
        switch_billsec=event.billsec,
        counted=ended.counted,
        pressed=call.pressed,
        recording=ended.recording,
    )
