"""The planner: how many calls to start for which campaign on which network, and when to plan again.

``calls_to_start`` takes one carrier's situation, read under the carrier's lock, and returns grants. They keep every
limit (``quota``), share scarce channels fairly (``share``), and leave no channel idle that a due lead may use. What is
not started has a reason; the API's ``why`` shows the answer of this same function.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pendulum import DateTime

from worker.domain.agents.staffing import Staffing
from worker.domain.caller_id import why_no_caller_id
from worker.domain.campaign import Campaign
from worker.domain.carrier import Carrier
from worker.domain.claim import Claim, claims_of
from worker.domain.gateway_share import GatewayUse, free_for
from worker.domain.hold import Hold, why_held
from worker.domain.ids import CampaignId
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.permitted import why_not_permitted
from worker.domain.quota import Limits, LiveCalls
from worker.domain.reason import Reason, Why, may_dial_from, why_not_run
from worker.domain.rotation import Rotation, Served
from worker.domain.share import share_one_by_one
from worker.domain.spend_guard import NO_GUARD, SpendGuard
from worker.domain.timing import NEXT_TOKEN, PLANNED_WHILE_DUE
from worker.domain.trunk import Trunk
from worker.domain.trunk_limit import trunk_limit

Lanes = tuple[Lane, ...]

CODES: Final[Lanes] = (Lane.OTP,)
OTHERS: Final[Lanes] = (Lane.SINGLE, Lane.LIST)
ROUNDS: Final[tuple[Lanes, ...]] = (CODES, OTHERS)
"""Channels are given out round by round: OTPs first, for all campaigns of the carrier, then everything else.

In the second round single calls come before the lists of their own campaign only, and separately in each pool.
"""


@dataclass(frozen=True, slots=True)
class Demand:
    """A campaign's waiting leads: how many are due (counted up to what the carrier could use), and when the next is."""

    due: Mapping[Lane, Mapping[Network, int]] = field(default_factory=dict)
    next_due_at: DateTime | None = None
    """When the next lead falls due that is not an OTP; None when no such lead waits."""
    next_otp_at: DateTime | None = None
    """When the next OTP falls due."""
    in_inactive_lists: bool = False
    """True when leads wait in inactive lists; ``due`` does not count them."""

    def is_due(self, lanes: Lanes) -> bool:
        """Return True when a lead of one of these priority classes is due."""
        return any(any(self.due.get(lane, {}).values()) for lane in lanes)


@dataclass(frozen=True, slots=True)
class Situation:
    """One carrier with its campaigns, their waiting leads and live calls; read at one time under the carrier's lock."""

    carrier: Carrier
    campaigns: tuple[Campaign, ...]
    demand: Mapping[CampaignId, Demand]
    live: LiveCalls
    tenant_cap: int | None = None
    guard: SpendGuard = NO_GUARD
    dialled_today: int = 0
    """The tenant's calls of this day, if they are limited."""
    queued_of_tenant: int = 0
    """Its queued calls on all carriers, if its calls of a day are limited."""
    queued: int = 0
    """Number of the carrier's queued calls; each still needs one of the carrier's calls per second."""
    trunk: Trunk | None = None
    """What is known of the carrier's trunk; None sets no limit."""
    dialing: int = 0
    """The carrier's calls on their way without a reply; counted only while its trunk is unproven."""
    gateway: GatewayUse | None = None
    """The use of the carrier's gateway by all its carriers; None when it has no limit."""
    staffing: Mapping[CampaignId, Staffing] = field(default_factory=dict)
    """The agents of the campaigns that have some."""
    rotation: Rotation = field(default_factory=dict)
    """Who was served last in each pool, as the plan before this one returned it."""
    hold: Hold | None = None
    """The hold of the installation; None without one."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission to call ``count`` due leads of a priority class, in order, at most ``ceilings[n]`` on a network n."""

    campaign: Campaign
    lane: Lane
    count: int
    ceilings: Mapping[Network, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start now, why each campaign starts no more, and when to plan again without a wake-up (None: never)."""

    grants: tuple[Grant, ...]
    reasons: Mapping[CampaignId, tuple[Why, ...]]
    look_again_at: DateTime | None
    rotation: Rotation

    @property
    def waits_for_gateway(self) -> bool:
        """Return True when due leads wait because the gateway is full."""
        return any(why.reason is Reason.GATEWAY_LIMIT for reasons in self.reasons.values() for why in reasons)


def calls_to_start(situation: Situation, *, now: DateTime) -> Plan:
    """Decide which calls one carrier starts now."""
    limits = _limits_of(situation, now=now)
    rotation = dict(situation.rotation)
    candidates = [_Candidate(campaign, situation=situation, now=now) for campaign in situation.campaigns]
    for lanes in ROUNDS:
        claims = [claim for candidate in candidates for claim in candidate.claim(lanes, limits=limits)]
        priority_class = lanes[-1].value
        rotation[priority_class] = share_one_by_one(claims, served=rotation.get(priority_class, Served()))
        for claim in claims:
            claim.close()
    reasons = {candidate.campaign.id: candidate.why_not_more() for candidate in candidates}
    moments = [moment for c in candidates for moment in c.look_again(reasons[c.campaign.id])]
    return Plan(
        grants=tuple(grant for lane in Lane for candidate in candidates for grant in candidate.grants(lane)),
        reasons=reasons,
        look_again_at=min(moments, default=None),
        rotation=rotation,
    )


def _limits_of(situation: Situation, *, now: DateTime) -> Limits:
    trunk, queued, live, use = situation.trunk, situation.queued, situation.live, situation.gateway
    if use is not None:  # what others are entitled to is as good as in use
        free = free_for(situation.carrier.id, use, held=live.of_carrier(), now=now)
        live = replace(live, gateway=max(use.live, use.limit - free))
    return Limits(
        situation.carrier,
        live=live,
        tenant_cap=situation.tenant_cap,
        queued=queued,
        day=situation.guard.limit(dialled=situation.dialled_today, queued=situation.queued_of_tenant, now=now),
        trunk=None if trunk is None else trunk_limit(trunk, dialing=situation.dialing, queued=queued, now=now),
    ).with_agents({campaign_id: staffing.to_plan() for campaign_id, staffing in situation.staffing.items()})


class _Candidate:
    """One campaign while its carrier is being planned."""

    def __init__(self, campaign: Campaign, *, situation: Situation, now: DateTime) -> None:
        """Decide for each round whether the campaign may dial at all."""
        self.campaign = campaign
        self._demand = situation.demand.get(campaign.id, Demand())
        self._live = sum(situation.live.of_campaign(campaign.id).values())
        self._now = now
        self._refused = {
            lanes: why_held(situation.hold)
            or why_not_run(campaign, lane=lanes[-1], now=now)
            or why_not_permitted(situation.carrier)
            or why_no_caller_id(campaign, situation.carrier)
            for lanes in ROUNDS
        }
        self._is_due = any(self._demand.is_due(lanes) for lanes in ROUNDS if self._refused[lanes] is None)
        self._claims: list[Claim] = []

    def claim(self, lanes: Lanes, *, limits: Limits) -> list[Claim]:
        """Claim channels for these priority classes; no claims when the campaign may not dial them or none is due."""
        if self._refused[lanes] is not None or not self._demand.is_due(lanes):
            return []
        claims = claims_of(self.campaign, due={lane: self._demand.due.get(lane, {}) for lane in lanes}, limits=limits)
        self._claims += claims
        return claims

    def grants(self, lane: Lane) -> Iterator[Grant]:
        """Yield at most one grant: the channels taken for a priority class in all pools."""
        count = 0
        ceilings: dict[Network, int] = {}
        for claim in self._claims:
            for given_lane, channels, most_by_network in claim.given():
                if given_lane is lane:
                    count += channels
                    ceilings |= most_by_network
        if count:
            yield Grant(self.campaign, lane, count, ceilings)

    def why_not_more(self) -> tuple[Why, ...]:
        """Return what keeps the campaign from starting more calls; empty when all that is due is started."""
        reasons = [why for claim in self._claims for why in claim.why_not_more()]
        if self._demand.in_inactive_lists:
            reasons.append(Why(Reason.LIST_INACTIVE))
        refused = self._refused[OTHERS]
        if refused is not None:
            reasons.append(refused)
        if not self._is_due:
            # An OTP that is not due yet gives NOT_DUE beside the reason why the rest of the campaign may not dial.
            falling_due = self._falling_due()
            if falling_due:
                reasons.append(Why(Reason.NOT_DUE, until=min(falling_due)))
            elif not reasons:
                reasons.append(Why(Reason.NOTHING_LEFT, in_use=self._live))
        return tuple(dict.fromkeys(reasons))

    def look_again(self, reasons: Sequence[Why]) -> Iterator[DateTime]:
        """Yield the times at which more calls may start although no wake-up asks for a plan."""
        yield from self._falling_due()
        yield from (why.until for why in reasons if why.until is not None)
        if self._is_due:
            yield self._now + PLANNED_WHILE_DUE
        if any(why.reason is Reason.CALLS_PER_SECOND for why in reasons):
            yield self._now + NEXT_TOKEN

    def _falling_due(self) -> list[DateTime]:
        """Return when the next OTP and the next other lead may be dialled; without those that may not be dialled."""
        moments: list[DateTime] = []
        if self._refused[CODES] is None and self._demand.next_otp_at is not None:
            moments.append(self._demand.next_otp_at)
        if self._refused[OTHERS] is None and self._demand.next_due_at is not None:
            opening = may_dial_from(self.campaign, since=self._demand.next_due_at)
            if opening is not None:
                moments.append(opening)
        return moments
