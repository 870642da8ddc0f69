"""End a batch of calls: the CDR, the lead's next step and the callback's row, in one transaction."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import HungUp
from worker.domain.campaign import Campaign
from worker.domain.cdr import Cdr, seconds_between
from worker.domain.lead import Stage
from worker.domain.recall import GiveUp, RecallAt, decide_recall
from worker.domain.settings import Json
from worker.ports.dispatch import Call, Ended, Transaction
from worker.ports.messages import JobQueue
from worker.usecases.outbox import CDR, Notice, cdr_so_far, post_notices

logger = logging.getLogger(__name__)


def finish_calls(
    tx: Transaction,
    *,
    queue: JobQueue,
    ended: Sequence[tuple[Call, HungUp]],
    now: DateTime,
    new_id: Callable[[], UUID],
) -> None:
    """End calls whose rows are locked; after the commit their carriers are planned and their callbacks sent."""
    if not ended:
        return
    campaigns = tx.plans.campaigns({call.campaign_id for call, _ in ended})
    tx.calls.finish([_next_step(call, event, campaign=campaigns[call.campaign_id]) for call, event in ended], now=now)
    heard = [(call, event) for call, event in ended if campaigns[call.campaign_id].callback_url]
    additional = tx.leads.additional({call.lead_id for call, _ in heard}) if heard else {}
    notices = []
    for call, event in heard:
        campaign = campaigns[call.campaign_id]
        cdr = _cdr(call, event, additional=additional.get(call.lead_id))
        notices.append(Notice(call, cdr, state=CDR, url=campaign.callback_url, zone=campaign.windows.zone))
    post_notices(tx, notices, queue=queue, now=now, new_id=new_id)
    for carrier_id in {call.carrier_id for call, _ in ended}:
        tx.after_commit(partial(queue.plan_carrier, carrier_id))
    for call, event in ended:
        extra = {"action": "call_finished", "call_id": call.id, "outcome": event.outcome.value, "cause": event.cause}
        logger.info("call finished", extra=extra)


def _next_step(call: Call, event: HungUp, *, campaign: Campaign) -> Ended:
    billed = seconds_between(event.answered_at, event.ended_at)
    decision = decide_recall(
        campaign.recall,
        attempt=call.attempt,
        outcome=event.outcome,
        billed_seconds=billed,
        ended_at=event.ended_at,
        expires_at=campaign.expires_at,
    )
    match decision:
        case RecallAt(moment):
            stage = Stage.OTP if call.stage_before is Stage.OTP else Stage.RECALL
            return Ended(call, event, lead_stage=stage, lead_due_at=moment, lead_ending=None)
        case GiveUp(ending):
            return Ended(call, event, lead_stage=Stage.DONE, lead_due_at=None, lead_ending=ending)
        case never:
            assert_never(never)


def _cdr(call: Call, event: HungUp, *, additional: Mapping[str, Json] | None) -> Cdr:
    return replace(
        cdr_so_far(call, now=event.started_at, additional=additional),
        outcome=event.outcome,
        cause=event.cause,
        sip_call_id=event.sip_call_id,
        hangup_disposition=event.hangup_disposition,
        started_at=event.started_at,
        ringing_at=event.ringing_at or call.ringing_at,
        answered_at=event.answered_at,
        ended_at=event.ended_at,
    )
