"""Read what operators watch: where all campaigns stand, and of those that are shown why they are not dialled."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.call import ON_SWITCH, Outcome
from worker.domain.campaign import Campaign
from worker.domain.campaign_settings import CampaignSettings, to_campaign
from worker.domain.forecast import Forecast, forecast_finish
from worker.domain.ids import CampaignId
from worker.domain.run_state import RunState, run_state
from worker.ports.records.entities import Tenant
from worker.ports.records.overviews import CampaignGlance, RecentCalls, WaitingLeads
from worker.ports.records.store import RecordStore
from worker.usecases.records.carrier_plans import CarrierPlans
from worker.usecases.records.explain import CampaignExplanation, LiveCounts, explain_each

RECENT: Final = Duration(minutes=10)
"""Answer rate and outcomes are those of calls that were planned so lately."""
PACE: Final = Duration(minutes=1)
"""Calls a minute are those dialled in the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedCampaign:
    """One campaign among all: its settings, state and live calls."""

    settings: CampaignSettings
    campaign: Campaign
    carrier_name: str
    state: RunState
    live: LiveCounts

    @property
    def in_use(self) -> int:
        """Return how many of its calls are on a switch or on their way to it."""
        return sum(calls for (_, state), calls in self.live.items() if state in ON_SWITCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDetail:
    """What is read of a campaign that is shown."""

    explanation: CampaignExplanation
    recent: RecentCalls
    waiting: WaitingLeads
    forecast: Forecast | None

    @property
    def answer_rate(self) -> float | None:
        """Return the share of the recent calls that was answered; None without calls."""
        ended = sum(self.recent.outcomes.values())
        return self.recent.outcomes.get(Outcome.ANSWERED, 0) / ended if ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """All campaigns of a tenant at one moment, newest first, and the details of those that are shown."""

    at: DateTime
    campaigns: Sequence[WatchedCampaign]
    details: Mapping[CampaignId, CampaignDetail]


Choose = Callable[[Sequence[WatchedCampaign]], Collection[CampaignId]]


def watch_campaigns(
    store: RecordStore, *, tenant: Tenant, choose: Choose, plans: CarrierPlans | None = None, now: DateTime
) -> Watched:
    """Return where the tenant's campaigns stand; ``choose`` returns those whose details are to be read.

    The number of statements follows the number of their carriers, not of campaigns. ``plans`` may keep those that
    cost much.
    """
    with store.reading() as tx:
        read = tx.standings.overviews
        live = read.live(tenant.id)
        campaigns = [
            _watched(glance, live=live.get(glance.settings.campaign_uuid, Counter()), tenant=tenant, now=now)
            for glance in read.campaigns(tenant.id)
        ]
        chosen = set(choose(campaigns))
        shown = [one for one in campaigns if one.campaign.id in chosen]
        if not shown:
            return Watched(at=now, campaigns=campaigns, details={})
        recent = read.recent(tenant.id, planned_since=now - RECENT, dialled_since=now - PACE)
        waiting = read.waiting(chosen)
        settings = [one.settings for one in shown]
        explained = explain_each(
            tx, tenant=tenant, campaigns=settings, live=live, plans=plans or CarrierPlans(), now=now
        )
    details = {
        one.campaign.id: _detail(
            one.campaign,
            explained[one.campaign.id],
            recent=recent.get(one.campaign.id, RecentCalls()),
            waiting=waiting.get(one.campaign.id, WaitingLeads()),
            now=now,
        )
        for one in shown
    }
    return Watched(at=now, campaigns=campaigns, details=details)


def _watched(glance: CampaignGlance, *, live: LiveCounts, tenant: Tenant, now: DateTime) -> WatchedCampaign:
    campaign = to_campaign(glance.settings, zone=tenant.timezone)
    state = run_state(
        campaign,
        live=live.total(),
        has_waiting=glance.has_waiting,
        is_failing=glance.failing_since is not None,
        now=now,
    )
    return WatchedCampaign(
        settings=glance.settings, campaign=campaign, carrier_name=glance.carrier_name, state=state, live=live
    )


def _detail(
    campaign: Campaign,
    explanation: CampaignExplanation,
    *,
    recent: RecentCalls,
    waiting: WaitingLeads,
    now: DateTime,
) -> CampaignDetail:
    ended = sum(recent.outcomes.values())
    recalled = sum(recent.outcomes.get(outcome, 0) for outcome in campaign.recall.statuses - {Outcome.ANSWERED})
    forecast = forecast_finish(
        leads=waiting.leads,
        most_calls=campaign.recall.attempts,
        per_minute=recent.dialled / PACE.total_minutes(),
        answer_rate=1 - recalled / ended if ended else 0,
        windows=campaign.windows,
        now=now,
    )
    return CampaignDetail(explanation=explanation, recent=recent, waiting=waiting, forecast=forecast)
