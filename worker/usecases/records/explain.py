"""Explain why a campaign, or one lead, is not dialled now: asks the deciding functions, changes nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from pendulum import DateTime

from worker.domain.call import CallState
from worker.domain.campaign import Campaign
from worker.domain.campaign_settings import CampaignSettings, to_campaign
from worker.domain.carrier import Carrier
from worker.domain.destinations import is_allowed
from worker.domain.errors import NotFound
from worker.domain.hold import why_held
from worker.domain.ids import CampaignId, LeadId
from worker.domain.network import Network
from worker.domain.planner import Demand, Grant, Situation
from worker.domain.quota import UNLIMITED, Limits, network_cap
from worker.domain.reason import Reason, Why, why_not_run
from worker.domain.script import values_of_lead, why_not_spoken
from worker.domain.standing import FULL, LeadStanding, why_not_called, why_not_next
from worker.domain.switch_choice import Candidate, why_held_by_switches, why_no_switch
from worker.domain.switch_clock import worst_clock_ms
from worker.domain.template import template_of
from worker.domain.trunk_limit import reason_of, trunk_limit
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.ports.sounds import SoundNames
from worker.usecases.dispatch.switch_facts import known_switches
from worker.usecases.records.carrier_plans import CarrierPlans
from worker.usecases.records.explain_sounds import why_many_soundless, why_soundless

LiveCounts: TypeAlias = Counter[tuple[Network, CallState]]
"""A campaign's live calls by network and state."""


@dataclass(frozen=True, slots=True)
class NetworkUse:
    """One network of a campaign: what waits there, and how many calls it may have."""

    due: int | None
    """Counted up to one more than a plan could use; None when no plan considers the campaign."""
    in_use: int
    limit: int | None
    """The smallest of the network's own limits; None without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignExplanation:
    """The answer for a campaign: is it being dialled, and what keeps it from being dialled, or dialled more."""

    campaign: Campaign
    reasons: tuple[Why, ...]
    dialling: bool
    in_use: int
    queued: int
    next_window: DateTime | None
    next_due_at: DateTime | None
    networks: Mapping[Network, NetworkUse]
    wrong_clock_ms: int | None = None
    """How far a switch's clock is ahead of ours, if it is wrong by seconds; it keeps nobody from being called."""


@dataclass(frozen=True, slots=True)
class LeadExplanation:
    """Where a lead stands, and what keeps it from being called."""

    lead: LeadStanding
    reasons: tuple[Why, ...]


def explain_campaign(
    store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId, now: DateTime
) -> CampaignExplanation:
    """Return what the planner would do for a campaign now, and why not more."""
    with store.reading() as tx:
        return explain_in(tx, tenant=tenant, campaign_id=campaign_id, now=now)


def explain_in(tx: RecordTransaction, *, tenant: Tenant, campaign_id: CampaignId, now: DateTime) -> CampaignExplanation:
    """Return the same, as this transaction sees the campaign."""
    settings = tx.campaigns.get(tenant.id, campaign_id)
    live = {campaign_id: tx.standings.live_calls(campaign_id)}
    return explain_each(tx, tenant=tenant, campaigns=[settings], live=live, plans=CarrierPlans(), now=now)[campaign_id]


def explain_each(
    tx: RecordTransaction,
    *,
    tenant: Tenant,
    campaigns: Sequence[CampaignSettings],
    live: Mapping[CampaignId, LiveCounts],
    plans: CarrierPlans,
    now: DateTime,
) -> dict[CampaignId, CampaignExplanation]:
    """Return the same for several campaigns of a tenant; it costs reads for each carrier, none for each campaign."""
    switches, held = known_switches(tx, now=now), why_held(tx.installation.hold())
    soundless = why_many_soundless(tx, [one.campaign_uuid for one in campaigns], now=now)
    found = {}
    for settings in campaigns:
        campaign_id = settings.campaign_uuid
        view = _view(tx, to_campaign(settings, zone=tenant.timezone), plans=plans, now=now)
        own = live.get(campaign_id, Counter())
        found[campaign_id] = _explained(
            view, live=own, switches=switches, soundless=soundless.get(campaign_id, ()), now=now
        )
        found[campaign_id] = _with_hold(found[campaign_id], held=held)
    return found


def _with_hold(found: CampaignExplanation, *, held: Why | None) -> CampaignExplanation:
    """Put the hold before all other reasons, also of a campaign that no plan considers."""
    if held is None:
        return found
    return replace(found, reasons=(held, *(why for why in found.reasons if why.reason is not Reason.HELD)))


def _explained(
    view: "_View",
    *,
    live: LiveCounts,
    switches: Sequence[Candidate],
    soundless: tuple[Why, ...],
    now: DateTime,
) -> CampaignExplanation:
    demand = view.demand
    moments = () if demand is None else (demand.next_due_at, demand.next_otp_at)
    on_switch = sum(calls for (_, state), calls in live.items() if state is not CallState.QUEUED)
    queued = live.total() - on_switch
    no_switch = why_no_switch(switches)
    held_up_by = [*no_switch] if queued or view.grants else []
    if queued:
        held_up_by += _of_trunk(view, is_anybody_called=bool(on_switch), now=now)
    is_held_up = bool(held_up_by)
    reasons = tuple(why for why in view.reasons if not (queued and is_held_up and why.reason is Reason.NOTHING_LEFT))
    if no_switch and is_held_up:
        reasons = _without(queued, reasons)
    held_up_by += soundless
    away = why_held_by_switches(switches) if view.is_full else ()
    return CampaignExplanation(
        campaign=view.campaign,
        reasons=tuple(dict.fromkeys([*held_up_by, *reasons, *away])),
        dialling=bool(on_switch or (view.grants and not no_switch)),
        in_use=on_switch if is_held_up else live.total(),
        queued=queued,
        next_window=view.campaign.windows.next_opening(now),
        next_due_at=min((moment for moment in moments if moment is not None), default=None),
        networks={n: _use(n, view=view, live=live) for n in Network},
        wrong_clock_ms=worst_clock_ms([candidate.switch for candidate in switches]),
    )


def explain_lead(
    store: RecordStore, *, tenant: Tenant, lead_id: LeadId, names: SoundNames | None = None, now: DateTime
) -> LeadExplanation:
    """Return what holds one lead back now; ``due`` when nothing does. Without ``names`` no sound is needed."""
    with store.reading() as tx:
        lead = tx.standings.of_lead(tenant.id, lead_id)
        try:
            settings = tx.campaigns.get(tenant.id, lead.campaign_id)
        except NotFound:  # deleted; its leads can still be read
            return LeadExplanation(lead, why_not_called(lead, campaign=None, carrier=None, now=now))
        view = _view(tx, to_campaign(settings, zone=tenant.timezone), plans=CarrierPlans(), now=now)
        reasons = why_not_called(lead, campaign=view.campaign, carrier=view.carrier, now=now)
        if lead.call_state is CallState.QUEUED:
            live = tx.standings.live_calls(lead.campaign_id)
            is_anybody_called = any(state is not CallState.QUEUED for _, state in live)
            reasons += why_no_switch(known_switches(tx, now=now))
            reasons += _of_trunk(view, is_anybody_called=is_anybody_called, now=now)
        unspoken = _unspoken(tx, tenant=tenant, lead=lead, campaign=view.campaign)
        reasons = (*(unspoken or why_soundless(tx, lead, campaign=view.campaign, names=names, now=now)), *reasons)
        reasons = (*_forbidden(tx, tenant=tenant, lead=lead), *reasons)
        held = why_held(tx.installation.hold())
        if held is not None and (lead.lane is not None or lead.call_state is CallState.QUEUED):
            reasons = (held, *reasons)
        if not reasons and not _is_next(tx, lead, grants=view.grants, now=now):
            reasons = why_not_next(lead, of_campaign=view.reasons)
    return LeadExplanation(lead, reasons or (Why(Reason.DUE),))


def _unspoken(tx: RecordTransaction, *, tenant: Tenant, lead: LeadStanding, campaign: Campaign) -> tuple[Why, ...]:
    """Return which values the template of a waiting lead lacks; each plan and each dial checks the same."""
    found = tx.lead_records.get(tenant.id, lead.id)
    template_id = lead.template_id or campaign.template_id
    if lead.lane is None or template_id is None:
        return ()
    try:
        template = template_of(tx.templates.get(tenant.id, template_id).body)
    except NotFound:  # it was deleted while a single call that plays it waited
        return (Why(Reason.VALUE_MISSING, cause="the template is deleted"),)
    values = values_of_lead(phone=found.phone, profile=found.profile, additional=found.additional)
    problems = why_not_spoken(template, values=values)
    said = "; ".join(f"{problem.field} {problem.message}" for problem in problems)
    return (Why(Reason.VALUE_MISSING, cause=said),) if problems else ()


def _forbidden(tx: RecordTransaction, *, tenant: Tenant, lead: LeadStanding) -> tuple[Why, ...]:
    """Return the reason when a waiting lead has a number that its tenant may not call."""
    if lead.lane is None or not tenant.destinations:
        return ()
    phone = tx.lead_records.get(tenant.id, lead.id).phone
    allowed = is_allowed(phone, network=lead.network, rules=tenant.destinations)
    return () if allowed else (Why(Reason.DESTINATION_FORBIDDEN),)


@dataclass(frozen=True, slots=True)
class _View:
    """What one plan would do for one campaign."""

    campaign: Campaign
    situation: Situation | None
    reasons: tuple[Why, ...]
    grants: tuple[Grant, ...]

    @property
    def is_full(self) -> bool:
        """True when a limit keeps the campaign from more calls."""
        return any(why.reason in FULL for why in self.reasons)

    @property
    def carrier(self) -> Carrier | None:
        """The networks of its calls."""
        return None if self.situation is None else self.situation.carrier

    @property
    def demand(self) -> Demand | None:
        """The waiting leads, if a plan considers the campaign."""
        return None if self.situation is None else self.situation.demand.get(self.campaign.id)


def _view(tx: RecordTransaction, campaign: Campaign, *, plans: CarrierPlans, now: DateTime) -> _View:
    """Return what the plan means for a campaign; one that no plan considers is explained by its own settings."""
    made = None if campaign.carrier_id is None else plans.of(tx, campaign.carrier_id, now=now)
    situation, plan = made or (None, None)
    if plan is not None and campaign.id in plan.reasons:
        grants = tuple(grant for grant in plan.grants if grant.campaign.id == campaign.id)
        return _View(campaign, situation, plan.reasons[campaign.id], grants)
    refused = why_not_run(campaign, now=now)
    return _View(campaign, situation, () if refused is None else (refused,), ())


def _of_trunk(view: _View, *, is_anybody_called: bool, now: DateTime) -> tuple[Why, ...]:
    """Return why queued calls wait for their carrier's trunk, also those that are its next trials.

    Before the breaker opens, a failure counts while no call is up: otherwise it is one among calls that go well.
    """
    situation = view.situation
    if situation is None or situation.trunk is None:
        return ()
    trunk = situation.trunk
    if trunk.is_failing:
        limit = trunk_limit(trunk, dialing=0, queued=situation.queued, now=now)
        if limit is None:
            return ()
        why = limit.why()
        return (replace(why, in_use=None, limit=None) if limit.free else why,)
    return (Why(reason_of(trunk), cause=trunk.cause),) if trunk.failures and not is_anybody_called else ()


def _without(queued: int, reasons: tuple[Why, ...]) -> tuple[Why, ...]:
    """Leave out limits that are full only because of calls that wait for a switch: the switch is the reason."""
    return tuple(
        why
        for why in reasons
        if why.reason not in FULL or why.in_use is None or why.limit is None or why.in_use - queued >= why.limit > 0
    )


def _is_next(tx: RecordTransaction, lead: LeadStanding, *, grants: tuple[Grant, ...], now: DateTime) -> bool:
    """Return True when the plan would take this lead."""
    own = (grant for grant in grants if grant.lane is lead.lane)
    return any(lead.id in tx.standings.next_leads(grant, now=now) for grant in own)


def _use(network: Network, *, view: _View, live: LiveCounts) -> NetworkUse:
    demand = view.demand
    return NetworkUse(
        due=None if demand is None else sum(due.get(network, 0) for due in demand.due.values()),
        in_use=sum(calls for (on, _), calls in live.items() if on is network),
        limit=_limit(network, view=view),
    )


def _limit(network: Network, *, view: _View) -> int | None:
    if view.situation is None:
        lowest = network_cap(view.campaign, network)
    else:
        limits = Limits(view.situation.carrier, live=view.situation.live, tenant_cap=None)
        own = limits.of_call(network, campaign=view.campaign)
        lowest = min(limit.limit for limit in own if limit.network is not None)
    return None if lowest >= UNLIMITED else lowest
