"""Judge each queued call again by the settings of this moment, win it, and hand it to the switch, at most once."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from pendulum import DateTime

from worker.domain.call import CallState
from worker.domain.campaign import Campaign
from worker.domain.carrier import Carrier, route
from worker.domain.dial import CallsUp, QueuedCall, why_not_dial
from worker.domain.ids import CallId, CampaignId, LeadId
from worker.domain.lead import Ending
from worker.domain.reason import Reason
from worker.ports.dispatch import Call, Clock, Dial, Store, Transaction
from worker.ports.messages import JobQueue
from worker.ports.telephony import Origination, Telephony

logger = logging.getLogger(__name__)

UNREACHABLE_PAUSE_SECONDS = 1
_LOW_BITS = 0xFFFFFFFF
_CLOSES_LEAD = {Reason.DO_NOT_CALL: Ending.DO_NOT_CALL, Reason.ATTEMPTS_USED: Ending.ATTEMPTS_USED}


def place_calls(
    store: Store, *, queue: JobQueue, telephony: Telephony, call_ids: Sequence[CallId], clock: Clock
) -> int:
    """Dial those of the calls that are still queued and still allowed; give how many were handed to the switch."""
    switch = telephony.pick()
    if switch is None:
        logger.warning("no switch can be reached", extra={"action": "no_switch", "calls": len(call_ids)})
        return 0  # the rows stay queued, and the sweep sends them again
    with store.transaction() as tx:
        originations = _win(tx, call_ids, queue=queue, switch=switch, now=clock.now())
    if not originations:
        return 0
    undialled = telephony.place(originations, switch=switch)
    if undialled:
        now = clock.now()
        with store.transaction() as tx:
            tx.calls.put_back(undialled, resend_at=now.add(seconds=UNREACHABLE_PAUSE_SECONDS), refused=False)
        logger.warning("calls were not dialled", extra={"action": "calls_put_back", "calls": len(undialled)})
    return len(originations) - len(undialled)


@dataclass
class _Verdicts:
    """What became of each call of a message."""

    won: list[Origination] = field(default_factory=list)
    dials: list[Dial] = field(default_factory=list)
    refused: dict[CallId, Reason] = field(default_factory=dict)


def _win(
    tx: Transaction, call_ids: Sequence[CallId], *, queue: JobQueue, switch: str, now: DateTime
) -> list[Origination]:
    """Judge the calls under the locks of carrier and campaign: the allowed ones go to ``dialing``, the others end."""
    asked = tx.calls.campaigns_of(call_ids)
    campaigns, carriers = tx.plans.lock_for_dial(asked)
    calls = tx.calls.lock(call_ids, states=[CallState.QUEUED])
    if not calls:
        return []
    verdicts = _judge(tx, calls, campaigns=campaigns, carriers=carriers, switch=switch, now=now)
    if verdicts.dials:
        tx.calls.move_to_dialing(verdicts.dials, now=now)
    if verdicts.refused:
        _cancel(tx, [call for call in calls if call.id in verdicts.refused], reasons=verdicts.refused, now=now)
        for carrier_id in {call.carrier_id for call in calls} | {carrier.id for carrier in carriers.values()}:
            tx.after_commit(partial(queue.plan_carrier, carrier_id))
    return verdicts.won


def _judge(
    tx: Transaction,
    calls: Sequence[Call],
    *,
    campaigns: dict[CampaignId, Campaign],
    carriers: dict[CampaignId, Carrier],
    switch: str,
    now: DateTime,
) -> _Verdicts:
    by_campaign = tx.calls.up(campaigns)
    by_carrier = tx.calls.up_on_carriers({carrier.id for carrier in carriers.values()})
    counted = {c: Counter(by_campaign.get(c, {})) for c in campaigns}
    on_carrier = {carrier.id: Counter(by_carrier.get(carrier.id, {})) for carrier in carriers.values()}
    listed = {
        (tenant, phone)
        for tenant in {call.tenant_id for call in calls}
        for phone in tx.leads.do_not_call(tenant, {call.phone for call in calls if call.tenant_id == tenant})
    }
    verdicts = _Verdicts()
    for call in calls:
        campaign, carrier = campaigns.get(call.campaign_id), carriers.get(call.campaign_id)
        on = on_carrier[carrier.id] if carrier else Counter()
        up = CallsUp(campaign=counted.get(call.campaign_id, Counter()), carrier=on)
        barred = (call.tenant_id, call.phone) in listed
        asked = QueuedCall(call.network, attempt=call.attempt, carrier_id=call.carrier_id, do_not_call=barred)
        reason = why_not_dial(asked, campaign=campaign, carrier=carrier, up=up, now=now)
        if reason is not None or campaign is None or carrier is None:
            verdicts.refused[call.id] = reason or Reason.NO_CARRIER
            continue
        up.count(call.network)
        origination = _origination(call, campaign=campaign, carrier=carrier)
        verdicts.won.append(origination)
        verdicts.dials.append(Dial(call.id, switch, origination.caller_id, campaign.revision))
    return verdicts


def _origination(call: Call, *, campaign: Campaign, carrier: Carrier) -> Origination:
    chance = (call.id.int & _LOW_BITS) / (_LOW_BITS + 1)  # the same call shows the same caller id, however often judged
    way = route(carrier, network=call.network, chance=chance)
    template = {} if campaign.template_id is None else {"callbeat_template": str(campaign.template_id)}
    return Origination(
        call_id=call.id,
        campaign_id=call.campaign_id,
        lead_id=call.lead_id,
        run_id=call.run_id,
        gateway=carrier.gateway,
        destination=way.prefix + call.phone,
        caller_id=way.caller_id,
        timeout_seconds=campaign.call_timeout_seconds,
        variables=template,
    )


def _cancel(tx: Transaction, calls: Sequence[Call], *, reasons: dict[CallId, Reason], now: DateTime) -> None:
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
