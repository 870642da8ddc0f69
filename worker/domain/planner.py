"""THE decision: how many calls to start for which campaign on which network, and when to look again.

``calls_to_start`` takes one carrier's situation, read under the carrier's lock, and answers with grants that keep every
limit (``quota``), share scarce channels fairly (``share``), and leave none idle that a due lead may use. What is not
started has a reason, and the API's ``why`` is this same answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pendulum import DateTime

from worker.domain.campaign import Campaign
from worker.domain.carrier import Carrier
from worker.domain.claim import Claim, claims_of
from worker.domain.ids import CampaignId
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.quota import Limits, LiveCalls
from worker.domain.reason import Reason, Why, may_dial_from, why_not_run
from worker.domain.share import share_one_by_one
from worker.domain.timing import NEXT_TOKEN, PLANNED_WHILE_DUE

Lanes = tuple[Lane, ...]

CODES: Final[Lanes] = (Lane.OTP,)
OTHERS: Final[Lanes] = (Lane.SINGLE, Lane.LIST)
ROUNDS: Final[tuple[Lanes, ...]] = (CODES, OTHERS)
"""Codes go ahead of everything on the carrier; single calls only of their own campaign's lists, pool by pool."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A campaign's waiting leads: how many are due (counted up to what could be used), and when the next one is."""

    due: Mapping[Lane, Mapping[Network, int]] = field(default_factory=dict)
    next_due_at: DateTime | None = None
    """Of the lanes ``single`` and ``list``, the first moment after now."""
    next_otp_at: DateTime | None = None
    in_inactive_lists: bool = False
    """Leads wait in lists that are not active; they are not among the due ones."""

    def is_due(self, lanes: Lanes) -> bool:
        """Whether any lead of these lanes is due."""
        return any(any(self.due.get(lane, {}).values()) for lane in lanes)


@dataclass(frozen=True, slots=True)
class Situation:
    """One carrier, its campaigns, what waits and what is live, at one moment and under the carrier's lock."""

    carrier: Carrier
    campaigns: tuple[Campaign, ...]
    demand: Mapping[CampaignId, Demand]
    live: LiveCalls
    tenant_cap: int | None = None
    queued: int = 0
    """The carrier's queued calls: they have yet to be let out by its calls per second."""
    rotation: Mapping[str, str] = field(default_factory=dict)
    """Who was served last, as the plan before this one gave it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Start this many calls: the lane's first due leads in order, no more on a network than its ceiling."""

    campaign: Campaign
    lane: Lane
    count: int
    ceilings: Mapping[Network, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start now, why not more of each campaign, and when to look again without being asked (None: never)."""

    grants: tuple[Grant, ...]
    reasons: Mapping[CampaignId, tuple[Why, ...]]
    look_again_at: DateTime | None
    rotation: Mapping[str, str]


def calls_to_start(situation: Situation, *, now: DateTime) -> Plan:
    """Decide which calls one carrier starts at this moment."""
    limits = Limits(situation.carrier, live=situation.live, tenant_cap=situation.tenant_cap, queued=situation.queued)
    rotation = dict(situation.rotation)
    candidates = [_Candidate(campaign, situation=situation, now=now) for campaign in situation.campaigns]
    for lanes in ROUNDS:
        claims = [claim for candidate in candidates for claim in candidate.claim(lanes, limits=limits)]
        share_one_by_one(claims, rotation=rotation, priority_class=lanes[-1])
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


class _Candidate:
    """A campaign while its carrier is being planned."""

    def __init__(self, campaign: Campaign, *, situation: Situation, now: DateTime) -> None:
        """Ask at once whether it may run."""
        self.campaign = campaign
        self._demand = situation.demand.get(campaign.id, Demand())
        self._live = sum(situation.live.of_campaign(campaign.id).values())
        self._now = now
        self._refused = {lanes: why_not_run(campaign, lane=lanes[-1], now=now) for lanes in ROUNDS}
        self._is_due = any(self._demand.is_due(lanes) for lanes in ROUNDS if self._refused[lanes] is None)
        self._claims: list[Claim] = []

    def claim(self, lanes: Lanes, *, limits: Limits) -> list[Claim]:
        """Ask for channels, if leads of these lanes may be dialled at all."""
        if self._refused[lanes] is not None or not self._demand.is_due(lanes):
            return []
        claims = claims_of(self.campaign, due={lane: self._demand.due.get(lane, {}) for lane in lanes}, limits=limits)
        self._claims += claims
        return claims

    def grants(self, lane: Lane) -> Iterator[Grant]:
        """Give what was taken for a lane, of all pools together."""
        given = [part for claim in self._claims if claim.taken for part in claim.given() if part[0] is lane]
        count = sum(places for _, places, _ in given)
        if count:
            ceilings = {n: most for _, _, of_pool in given for n, most in of_pool.items()}
            yield Grant(self.campaign, lane, count, ceilings)

    def why_not_more(self) -> tuple[Why, ...]:
        """Say what keeps more calls from being started; nothing does when all that is due is started."""
        reasons = [why for claim in self._claims for why in claim.why_not_more()]
        if self._demand.in_inactive_lists:
            reasons.append(Why(Reason.LIST_INACTIVE))
        refused = self._refused[OTHERS]
        if refused is not None:
            reasons.append(refused)
        if not self._is_due:  # of what may be dialled: a code that waits for its moment does so in a shut window too
            reasons += [Why(Reason.NOT_DUE, until=moment) for moment in sorted(self._falling_due())[:1]]
            reasons = reasons or [Why(Reason.NOTHING_LEFT, in_use=self._live)]
        return tuple(dict.fromkeys(reasons))

    def look_again(self, reasons: Sequence[Why]) -> Iterator[DateTime]:
        """Give the moments at which there may be more to start without anybody asking."""
        yield from self._falling_due()
        yield from (why.until for why in reasons if why.until is not None)
        if self._is_due:
            yield self._now + PLANNED_WHILE_DUE
        if any(why.reason is Reason.CALLS_PER_SECOND for why in reasons):
            yield self._now + NEXT_TOKEN

    def _falling_due(self) -> list[DateTime]:
        otp = self._demand.next_otp_at if self._refused[CODES] is None else None
        other = self._demand.next_due_at if self._refused[OTHERS] is None else None
        moments = (otp, other and may_dial_from(self.campaign, since=other))
        return [moment for moment in moments if moment is not None]
