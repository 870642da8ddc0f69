"""Plan one carrier: decide, claim leads, insert call rows, queue calls."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import CallState
from worker.domain.campaign import Campaign, resume_if_due
from worker.domain.gateway_share import woken
from worker.domain.ids import CallId, CarrierId
from worker.domain.lead import ClaimedLead, Ending, Stage
from worker.domain.planner import Grant, Plan, Situation, calls_to_start
from worker.domain.spend_guard import SpendGuard
from worker.domain.timing import MESSAGE_RESENT, PACED_PLAN_LEAD, PLANNED_AT_LEAST, TRUNK_LONGEST_PAUSE
from worker.domain.trunk import calls_allowed
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction
from worker.ports.dispatch.traces import TRACES
from worker.ports.sounds import SoundNames
from worker.usecases.dispatch.hold_soundless import OTHERS_LOOKED_FOR, hold_soundless
from worker.usecases.dispatch.unspoken_leads import LOOKED_AT_AGAIN, unspoken_leads

logger = logging.getLogger(__name__)


def plan_carrier(
    store: DispatchStore,
    *,
    queue: JobQueue,
    carrier_id: CarrierId,
    now: DateTime,
    new_id: Callable[[], UUID],
    names: SoundNames | None = None,
) -> int:
    """Queue every call that the carrier's limits and its campaigns' settings allow now; return how many.

    ``names`` are those of sounds, which must be there before a lead is called; None when callees hear nothing of ours.
    """
    with store.transaction() as tx:
        situation = tx.plans.lock_situation(carrier_id, now=now)
        if situation is None:
            return 0
        situation = _resume_due(tx, situation, now=now)
        plan = calls_to_start(situation, now=now)
        calls: list[Call] = []
        closed = waiting = 0
        for grant in plan.grants:
            leads = tx.leads.claim(grant, now=now)
            ours = _callable(tx, leads, grant=grant, guard=situation.guard, now=now)
            held = hold_soundless(tx, ours, campaign=grant.campaign, names=names, queue=queue, now=now)
            closed += len(leads) - len(ours) + held.failed
            waiting += held.rendered
            calls += [
                _call_for(lead, campaign=grant.campaign, carrier_id=carrier_id, now=now, new_id=new_id)
                for lead in held.ready
            ]
        tx.calls.insert(calls)
        _send(tx, calls, situation=situation, queue=queue, now=now)
        if closed:  # some leads were not called instead: their places go to the next leads
            tx.after_commit(partial(queue.plan_carrier, carrier_id))
        again = now if closed else now + OTHERS_LOOKED_FOR if waiting else plan.look_again_at
        at = None if again is None else min(again, now + PLANNED_AT_LEAST)
        waits_since = _wake_others(tx, plan, situation=situation, planned=len(calls), queue=queue, now=now)
        tx.plans.set_next_plan(carrier_id, at=at, rotation=plan.rotation, gateway_waits_since=waits_since)
    logger.debug("carrier planned", extra={"action": "carrier_planned", "carrier_id": carrier_id, "calls": len(calls)})
    return len(calls)


def _wake_others(
    tx: DispatchTransaction, plan: Plan, *, situation: Situation, planned: int, queue: JobQueue, now: DateTime
) -> DateTime | None:
    """Ask for plans of the carriers that may take what this one leaves free of the gateway.

    Return since when this carrier waits for it itself; a carrier that has just got a call waits since now.
    """
    use = situation.gateway
    if use is None:
        return None
    since = (now if planned else use.waits_since or now) if plan.waits_for_gateway else None
    left = replace(use, live=use.live + planned, waits_since=since)
    held = situation.live.of_carrier() + planned
    for carrier_id in woken(situation.carrier.id, left, held=held, now=now):
        tx.after_commit(partial(queue.plan_carrier, carrier_id))
    return since


def _send(
    tx: DispatchTransaction, calls: Sequence[Call], *, situation: Situation, queue: JobQueue, now: DateTime
) -> None:
    """Send calls after the commit, OTP first, together with those that waited for a token or for a trial."""
    waited: Sequence[CallId] = []
    if situation.queued and situation.trunk is not None and situation.trunk.is_failing:
        trials = calls_allowed(situation.trunk, unanswered=0, now=now) or 0
        waited = tx.calls.unsent(now=now, limit=trials, carrier_id=situation.carrier.id, ahead=TRUNK_LONGEST_PAUSE)
    elif situation.queued and situation.carrier.paced_per_second:
        due = now + PACED_PLAN_LEAD  # this plan's message may come a little before the time that they wait for
        waited = tx.calls.unsent(now=due, limit=situation.queued, carrier_id=situation.carrier.id)
    codes = [call.id for call in calls if call.stage_before is Stage.OTP]
    others = [call.id for call in calls if call.stage_before is not Stage.OTP]
    if calls or waited:
        tx.after_commit(partial(queue.place_calls, [*codes, *waited, *others]))


def _resume_due(tx: DispatchTransaction, situation: Situation, *, now: DateTime) -> Situation:
    resumed = tuple(resume_if_due(campaign, now=now) for campaign in situation.campaigns)
    for before, after in zip(situation.campaigns, resumed, strict=True):
        if before is not after:
            tx.plans.resume(after)
    return replace(situation, campaigns=resumed)


def _callable(
    tx: DispatchTransaction, leads: Sequence[ClaimedLead], *, grant: Grant, guard: SpendGuard, now: DateTime
) -> list[ClaimedLead]:
    """Close leads that must not be called, let those wait that may not be called now or spoken to; return the others.

    Their promised call ids are free again.
    """
    refused = [lead.id for lead in leads if lead.is_listed]
    used_up = [lead.id for lead in leads if not lead.is_listed and lead.attempt > grant.campaign.recall.attempts]
    for ids, ending in ((refused, Ending.DO_NOT_CALL), (used_up, Ending.ATTEMPTS_USED)):
        if ids:
            tx.leads.close(ids, ending=ending, now=now)
    closed = {*refused, *used_up}
    left = [lead for lead in leads if lead.id not in closed]
    forbidden = {lead.id: lead.stage_before for lead in left if not guard.allows(lead.phone, network=lead.network)}
    tx.speech.wait(forbidden, until=now + LOOKED_AT_AGAIN)
    left = [lead for lead in left if lead.id not in forbidden]
    ours = _speakable(tx, left, campaign=grant.campaign, now=now)
    tx.calls.forget_cancelled([lead.promised_call_id for lead in ours if lead.promised_call_id is not None])
    return ours


def _speakable(
    tx: DispatchTransaction, leads: Sequence[ClaimedLead], *, campaign: Campaign, now: DateTime
) -> list[ClaimedLead]:
    unspoken = unspoken_leads(tx, {lead.id: lead.template_id or campaign.template_id for lead in leads})
    stages = {lead.id: lead.stage_before for lead in leads if lead.id in unspoken}
    tx.speech.wait(stages, until=now + LOOKED_AT_AGAIN)
    return [lead for lead in leads if lead.id not in unspoken]


def _call_for(
    lead: ClaimedLead, *, campaign: Campaign, carrier_id: CarrierId, now: DateTime, new_id: Callable[[], UUID]
) -> Call:
    return Call(
        id=lead.promised_call_id or CallId(new_id()),
        tenant_id=campaign.tenant_id,
        campaign_id=campaign.id,
        carrier_id=carrier_id,
        lead_id=lead.id,
        list_id=lead.list_id,
        run_id=campaign.run_id,
        revision=campaign.revision,
        attempt=lead.attempt,
        stage_before=lead.stage_before,
        phone=lead.phone,
        network=lead.network,
        state=CallState.QUEUED,
        queued_at=now,
        resend_at=now + MESSAGE_RESENT,
        ref_id=lead.ref_id,
        template_id=lead.template_id,
        uncounted=lead.uncounted,
        traceparent=TRACES.current(),
    )
