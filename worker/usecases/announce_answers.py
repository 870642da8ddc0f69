"""Tell ``answer_callback_url`` of calls that have just been answered."""

from collections.abc import Callable, Sequence
from uuid import UUID

from pendulum import DateTime

from worker.ports.dispatch import Call, Transaction
from worker.ports.messages import JobQueue
from worker.usecases.outbox import ANSWERED, Notice, cdr_so_far, post_notices


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
        cdr = cdr_so_far(call, now=now, additional=additional.get(call.lead_id))
        notices.append(Notice(call, cdr, state=ANSWERED, url=campaign.answer_callback_url, zone=campaign.windows.zone))
    post_notices(tx, notices, queue=queue, now=now, new_id=new_id)
