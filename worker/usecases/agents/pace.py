"""Pace the campaigns that have agents: each second an advice for the planner, every ten seconds new estimates.

No row is locked while the chances are computed. The planner and the check before a dial read the advice beside the
credit, which alone bounds the abandoned calls.
"""

import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.agents.advising import advise, next_price
from worker.domain.agents.credit import WINDOW_DAYS, counts_of_window
from worker.domain.agents.estimates import Seen
from worker.domain.agents.risk import AgentsNow
from worker.domain.agents.staffing import NO_ADVICE, Staffing
from worker.domain.agents.steering import FIRST_PRICE
from worker.domain.number_plan import calendar_day
from worker.ports.agents.pacing import Learnt, PacedCampaign
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction

logger = logging.getLogger(__name__)

LEARNS_EVERY: Final = Duration(seconds=10)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one decision reads."""

    learnt: Learnt
    agents: AgentsNow
    queued: int
    staffing: Staffing
    seen: Seen | None
    """None until ten seconds have passed since the estimates were made."""


def pace_campaigns(store: DispatchStore, *, queue: JobQueue, now: DateTime) -> int:
    """Advise each running campaign that has agents; return how many there are."""
    with store.reading() as tx:
        campaigns = tx.pacing.running()
    for campaign in campaigns:
        _pace(store, campaign, queue=queue, now=now)
    return len(campaigns)


def _pace(store: DispatchStore, campaign: PacedCampaign, *, queue: JobQueue, now: DateTime) -> None:
    today = calendar_day(now, zone=campaign.zone)
    with store.reading() as tx:
        facts = _read(tx, campaign, now=now)
        days = tx.pacing.counts([campaign.id], since=today - Duration(days=WINDOW_DAYS)).get(campaign.id, {})
    learnt, target = facts.learnt, campaign.rule.target_per_mille
    if facts.seen is not None:
        counted = counts_of_window(days, today=today)
        price = next_price(
            learnt.advice.price,
            before=learnt.counted,
            after=counted,
            target_per_mille=target,
            agents=facts.agents.present,
        )
        estimates = learnt.estimates.learn(facts.seen, elapsed=(now - learnt.until).total_seconds())
        learnt = Learnt(advice=replace(learnt.advice, price=price), counted=counted, until=now, estimates=estimates)
    advice = advise(
        facts.agents,
        campaign.rule,
        queued=facts.queued,
        credit=facts.staffing.credit,
        price=learnt.advice.price,
        estimates=learnt.estimates,
    )
    with store.transaction() as tx:
        if facts.seen is None:
            tx.pacing.keep_advice(campaign.id, advice)
        else:
            tx.pacing.keep(campaign.id, replace(learnt, advice=advice))
        if replace(facts.staffing, advice=advice).to_plan().free:
            tx.after_commit(partial(queue.plan_carrier, campaign.carrier_id))
    logger.debug(
        "campaign paced",
        extra={"action": "campaign_paced", "campaign_id": campaign.id, "beyond": advice.beyond, "bound": advice.bound},
    )


def _read(tx: DispatchTransaction, campaign: PacedCampaign, *, now: DateTime) -> _Facts:
    kept = tx.pacing.learnt(campaign.id)
    learnt = kept or Learnt(advice=replace(NO_ADVICE, price=FIRST_PRICE), until=now)
    today = calendar_day(now, zone=campaign.zone)
    agents, queued = tx.pacing.now_of(campaign.id, now=now)
    is_due = kept is None or now - learnt.until >= LEARNS_EVERY
    return _Facts(
        learnt,
        agents,
        queued,
        tx.pacing.staffing({campaign.id: (campaign.rule, today)})[campaign.id],
        tx.pacing.seen(campaign, since=learnt.until, until=now) if is_due else None,
    )
