"""Replace assumed ends by reported ones: the CDR, the lead's next step, and callbacks that say so."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import HungUp
from worker.domain.campaign import Campaign
from worker.domain.ids import CampaignId
from worker.domain.lead import Stage
from worker.ports.dispatch.call_rows import Call, Ended
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchTransaction
from worker.ports.dispatch.watching import WATCHERS, Repair
from worker.usecases.dispatch.finish_calls import cdr_of, decide_ends, events_at_the_end
from worker.usecases.dispatch.opt_out_by_key import opt_out_by_key
from worker.usecases.dispatch.outbox import Happening, post_happenings
from worker.usecases.dispatch.withdraw_calls import withdraw_next_calls

logger = logging.getLogger(__name__)


def correct_calls(
    tx: DispatchTransaction,
    *,
    queue: JobQueue,
    reported: Sequence[tuple[Call, HungUp]],
    now: DateTime,
    new_id: Callable[[], UUID],
) -> None:
    """Correct calls whose rows and carriers are locked; a lead that was called again meanwhile keeps its next step.

    A call that followed the assumed end and still waits in the queue is withdrawn unless the report permits it now.
    A callee who answered is not called again. An attempt that reached nobody is given back, also behind later ones.
    """
    if not reported:
        return
    campaigns = tx.plans.campaigns({call.campaign_id for call, _ in reported})
    corrected = decide_ends(tx, reported, campaigns=campaigns, now=now)
    withdraw_next_calls(tx, corrected, now=now)
    tx.corrections.write(corrected, now=now)
    _call_again(tx, corrected, campaigns=campaigns, now=now)
    opt_out_by_key(tx, corrected, campaigns=campaigns, now=now)
    happenings = [
        Happening(event, one.call, cdr_of(one), is_correction=True)
        for one in corrected
        for event in events_at_the_end(one)
    ]
    post_happenings(tx, happenings, queue=queue, now=now, new_id=new_id, campaigns=campaigns)
    for carrier_id in {one.call.carrier_id for one in corrected}:
        tx.after_commit(partial(queue.plan_carrier, carrier_id))
    tx.after_commit(partial(WATCHERS.repaired, Repair.CORRECTED_END, calls=len(corrected)))
    for one in corrected:
        facts = {"call_id": one.call.id, "outcome": one.outcome.value, "cause": one.event.cause}
        logger.info("assumed end of a call corrected", extra={"action": "call_corrected", **facts})


def _call_again(
    tx: DispatchTransaction, corrected: Sequence[Ended], *, campaigns: Mapping[CampaignId, Campaign], now: DateTime
) -> None:
    """Make leads wait again whose attempts were used, and that got one back."""
    given_back = {one.call.lead_id: one.call for one in corrected if not one.counted}
    again = {}
    for lead in tx.corrections.lock_used_up(given_back.keys()):
        call = given_back[lead.id]
        campaign = campaigns[call.campaign_id]
        due_at = lead.ended_at + campaign.recall.pause
        is_expired = campaign.expires_at is not None and due_at >= campaign.expires_at
        if lead.attempts < campaign.recall.attempts and not is_expired:
            again[lead.id] = (Stage.OTP if call.stage_before is Stage.OTP else Stage.RECALL, due_at)
    tx.corrections.call_again(again, now=now)
