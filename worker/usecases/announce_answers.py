"""Tell ``answer_callback_url`` of calls that have just been answered."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.cdr import Cdr
from worker.domain.ids import LeadId
from worker.domain.settings import Json
from worker.ports.dispatch import Call, JobQueue, Transaction
from worker.usecases.outbox import ANSWERED, Notice, post_notices


def announce_answers(
    tx: Transaction, *, queue: JobQueue, calls: Sequence[Call], now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """Write a delivery for each of the calls whose campaign wants to hear of answers."""
    if not calls:
        return
    campaigns = tx.plans.campaigns({call.campaign_id for call in calls})
    heard = [call for call in calls if campaigns[call.campaign_id].answer_callback_url]
    additional = tx.leads.additional({call.lead_id for call in heard}) if heard else {}
    notices = []
    for call in heard:
        campaign = campaigns[call.campaign_id]
        cdr = _so_far(call, now=now, additional=additional)
        notices.append(Notice(call, cdr, state=ANSWERED, url=campaign.answer_callback_url, zone=campaign.windows.zone))
    post_notices(tx, notices, queue=queue, now=now, new_id=new_id)


def _so_far(call: Call, *, now: DateTime, additional: Mapping[LeadId, Mapping[str, Json]]) -> Cdr:
    return Cdr(
        call_id=call.id,
        campaign_id=call.campaign_id,
        lead_id=call.lead_id,
        run_id=call.run_id,
        attempt=call.attempt,
        phone=call.phone,
        network=call.network,
        caller_id=call.caller_id,
        outcome=Outcome.ANSWERED,
        cause="",
        sip_call_id="",
        hangup_disposition="",
        started_at=call.dialing_at or now,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        ended_at=None,
        ref_id=call.ref_id,
        additional=additional.get(call.lead_id),
    )
