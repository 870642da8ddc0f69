"""What holds for every plan, whatever the situation."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from hypothesis import given

from tests import strategies
from tests.builders import CARRIER, NOON
from worker.domain.campaign import Campaign, Mode
from worker.domain.dial import CallsUp, QueuedCall, why_not_dial
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.pacing import calls_ahead
from worker.domain.planner import Demand, Grant, Plan, Situation, calls_to_start
from worker.domain.quota import network_cap
from worker.domain.reason import Reason, why_not_run
from worker.domain.timing import PLANNED_WHILE_DUE

LIMITING = {
    Reason.TENANT_LIMIT,
    Reason.CARRIER_LIMIT,
    Reason.CARRIER_NETWORK_LIMIT,
    Reason.CAMPAIGN_LIMIT,
    Reason.CAMPAIGN_NETWORK_LIMIT,
    Reason.NETWORK_NOT_SET_UP,
    Reason.CALLS_PER_SECOND,
}


@dataclass
class Books:
    """A situation after some grants, counted anew and without the planner's own words for limits.

    In direct mode a grant leaves open what goes to which network: ``most`` counts the worst case of each.
    """

    situation: Situation
    grants: tuple[Grant, ...]

    def total(self) -> int:
        return sum(grant.count for grant in self.grants)

    def of(self, campaign: Campaign, *lanes: Lane) -> int:
        return sum(g.count for g in self.grants if g.campaign.id == campaign.id and g.lane in (lanes or Lane))

    def most(self, campaign: Campaign, network: Network, *lanes: Lane) -> int:
        mine = [g for g in self.grants if g.campaign.id == campaign.id and g.lane in (lanes or Lane)]
        return sum(min(g.count, g.ceilings.get(network, 0)) for g in mine)

    def held(self, campaign: Campaign) -> int:
        return sum(self.situation.live.of_campaign(campaign.id).values()) + self.of(campaign)

    def held_on(self, network: Network, *, campaign: Campaign) -> int:
        return self.situation.live.of_campaign(campaign.id).get(network, 0) + self.most(campaign, network)

    def on_channels(self, network: Network) -> int:
        pooled = [c for c in self.situation.campaigns if c.mode is not Mode.DIRECT]
        return self.situation.live.carrier.get(network, 0) + sum(self.most(c, network) for c in pooled)

    def due(self, campaign: Campaign, network: Network, *lanes: Lane) -> int:
        demand = self.situation.demand[campaign.id]
        allowed = [lane for lane in lanes or Lane if why_not_run(campaign, lane=lane, now=NOON) is None]
        return sum(demand.due.get(lane, {}).get(network, 0) for lane in allowed)

    def full_for_all(self) -> bool:
        s, total = self.situation, self.total()
        rate = s.carrier.calls_per_second
        return (
            s.live.of_carrier() + total >= s.carrier.concurrent_call
            or (s.tenant_cap is not None and s.live.tenant + total >= s.tenant_cap)
            or (rate > 0 and s.queued + total >= calls_ahead(rate))
        )

    def channels_full(self, network: Network, *, campaign: Campaign) -> bool:
        channels = self.situation.carrier.network.get(network, 0)
        return campaign.mode is not Mode.DIRECT and self.on_channels(network) >= channels

    def could_start(self, campaign: Campaign) -> Iterator[Network]:
        """Give the networks on which the campaign's own caps and due leads allow one more call."""
        if self.held(campaign) >= campaign.concurrent_call:
            return
        live = self.situation.live.of_campaign(campaign.id)
        wished = {n: min(self.due(campaign, n), max(0, network_cap(campaign, n) - live.get(n, 0))) for n in Network}
        for n in Network:
            given, most = self.most(campaign, n), wished[n]
            if campaign.mode is Mode.DIRECT:
                given, most = self.of(campaign), sum(wished.values())
            if wished[n] and given < most:
                yield n


def plan_of(situation: Situation) -> tuple[Plan, Books]:
    plan = calls_to_start(situation, now=NOON)
    return plan, Books(situation, plan.grants)


@given(situation=strategies.situations())
def test_no_plan_exceeds_any_limit(situation: Situation) -> None:
    plan, books = plan_of(situation)

    total, rate = books.total(), situation.carrier.calls_per_second
    assert not total or situation.live.of_carrier() + total <= situation.carrier.concurrent_call
    assert not total or situation.tenant_cap is None or situation.live.tenant + total <= situation.tenant_cap
    assert not total or not rate or situation.queued + total <= calls_ahead(rate)
    for grant in plan.grants:
        campaign = grant.campaign
        assert books.held(campaign) <= campaign.concurrent_call
        assert 0 < grant.count <= sum(grant.ceilings.values())
        for network in grant.ceilings:
            assert books.most(campaign, network, grant.lane) <= books.due(campaign, network, grant.lane)
            assert books.held_on(network, campaign=campaign) <= network_cap(campaign, network)
            if campaign.mode is not Mode.DIRECT:
                assert books.on_channels(network) <= situation.carrier.network.get(network, 0)


@given(situation=strategies.situations())
def test_no_channel_stays_idle_that_a_due_lead_may_use(situation: Situation) -> None:
    _, books = plan_of(situation)

    if not books.full_for_all():
        for campaign in situation.campaigns:
            assert all(books.channels_full(n, campaign=campaign) for n in books.could_start(campaign))


@given(situation=strategies.situations())
def test_codes_are_started_as_if_nothing_else_waited(situation: Situation) -> None:
    only_codes = {c: Demand(due={Lane.OTP: demand.due.get(Lane.OTP, {})}) for c, demand in situation.demand.items()}

    plan = calls_to_start(situation, now=NOON)
    alone = calls_to_start(replace(situation, demand=only_codes), now=NOON)

    assert [grant for grant in plan.grants if grant.lane is Lane.OTP] == list(alone.grants)


@given(situation=strategies.situations())
def test_single_calls_go_ahead_of_their_campaigns_lists(situation: Situation) -> None:
    _, books = plan_of(situation)

    for campaign in situation.campaigns:
        waiting = {n: books.due(campaign, n, Lane.SINGLE) - books.most(campaign, n, Lane.SINGLE) for n in Network}
        if campaign.mode is not Mode.DIRECT:
            assert all(not books.most(campaign, n, Lane.LIST) for n in Network if waiting[n])
        elif books.of(campaign, Lane.LIST):
            assert all(books.held_on(n, campaign=campaign) >= network_cap(campaign, n) for n in Network if waiting[n])


@given(situation=strategies.situations())
def test_lanes_are_granted_in_their_order(situation: Situation) -> None:
    plan, _ = plan_of(situation)

    lanes = [list(Lane).index(grant.lane) for grant in plan.grants]
    assert lanes == sorted(lanes)


@given(situation=strategies.situations())
def test_shares_are_max_min_fair(situation: Situation) -> None:
    """Nobody was given a place by which it holds two more than another who might have had that place."""
    codes = {c: replace(d, due={Lane.OTP: d.due.get(Lane.OTP, {})}) for c, d in situation.demand.items()}
    lists = {c: replace(d, due={**d.due, Lane.OTP: {}}) for c, d in situation.demand.items()}

    for demand in (codes, lists):
        _, books = plan_of(replace(situation, demand=demand))
        units = list(_units(books))
        for richer in units:
            for poorer in units:
                if richer.given and poorer.may_take_from(richer, books=books):
                    assert richer.level <= poorer.level + 1


@dataclass
class Unit:
    """What is made equal: a direct campaign's calls, and the others' calls on each network."""

    campaign: Campaign
    network: Network | None
    level: int
    given: int
    could_take: bool

    def may_take_from(self, other: "Unit", *, books: Books) -> bool:
        if not self.could_take:
            return False
        same_channels = self.network is not None and self.network == other.network
        return same_channels or self.network is None or not books.channels_full(self.network, campaign=self.campaign)


def _units(books: Books) -> Iterator[Unit]:
    for campaign in books.situation.campaigns:
        could = set(books.could_start(campaign))
        if campaign.mode is Mode.DIRECT:
            yield Unit(campaign, None, books.held(campaign), books.of(campaign), bool(could))
            continue
        for n in Network:
            held = books.held_on(n, campaign=campaign)
            yield Unit(campaign, n, held, books.most(campaign, n), n in could)


@given(situation=strategies.situations())
def test_every_limit_that_is_named_is_full_and_who_waits_names_one(situation: Situation) -> None:
    plan, books = plan_of(situation)

    for campaign in situation.campaigns:
        whys = plan.reasons[campaign.id]
        limiting = [why for why in whys if why.reason in LIMITING]
        assert all((why.in_use or 0) >= (why.limit or 0) for why in limiting)
        assert len(set(whys)) == len(whys)
        due = sum(books.due(campaign, n) for n in Network)
        assert (books.of(campaign) < due) == bool(limiting)
        if not whys:
            assert due == books.of(campaign) > 0


@given(situation=strategies.situations())
def test_the_use_of_a_named_limit_is_what_is_live_and_what_is_started(situation: Situation) -> None:
    plan, books = plan_of(situation)

    for campaign in situation.campaigns:
        for why in plan.reasons[campaign.id]:
            assert why.in_use is None or why.in_use == _use(why.reason, why.network, books=books, campaign=campaign)


def _use(reason: Reason, network: Network | None, *, books: Books, campaign: Campaign) -> int:
    live = books.situation.live
    totals: Mapping[Reason, int] = {
        Reason.TENANT_LIMIT: live.tenant + books.total(),
        Reason.CARRIER_LIMIT: live.of_carrier() + books.total(),
        Reason.CALLS_PER_SECOND: books.situation.queued + books.total(),
        Reason.CAMPAIGN_LIMIT: books.held(campaign),
        Reason.NOTHING_LEFT: books.held(campaign),
    }
    if network is None:
        return totals[reason]
    own = network_cap(campaign, network)
    if reason is Reason.CAMPAIGN_NETWORK_LIMIT or (reason is Reason.NETWORK_NOT_SET_UP and not own):
        return books.held_on(network, campaign=campaign)
    return books.on_channels(network)


@given(situation=strategies.situations())
def test_the_next_look_is_in_the_future_and_soon_while_anything_is_due(situation: Situation) -> None:
    plan, books = plan_of(situation)

    due = any(books.due(campaign, n) for campaign in situation.campaigns for n in Network)
    assert plan.look_again_at is None or plan.look_again_at > NOON
    assert not due or (plan.look_again_at is not None and plan.look_again_at <= NOON + PLANNED_WHILE_DUE)


@given(situation=strategies.situations(strategies.direct) | strategies.situations(strategies.pooled))
def test_what_is_planned_passes_at_the_dial(situation: Situation) -> None:
    """Also when all that was live is up by then, and the planned calls go out one after another.

    Direct campaigns and others are not mixed here: direct calls are on some network's channels too, and on whose only
    their leads' order tells, so that a call beside them may be planned in vain (once: from then on they are counted).
    """
    plan, _ = plan_of(situation)

    carrier, tenant = Counter(situation.live.carrier), Counter({Network.TEL: situation.live.tenant})
    own = {c.id: Counter(situation.live.of_campaign(c.id)) for c in situation.campaigns}
    for grant in plan.grants:
        up = CallsUp(campaign=own[grant.campaign.id], carrier=carrier, tenant=tenant)
        networks = [n for n, most in grant.ceilings.items() for _ in range(most)]
        for network in networks[: grant.count]:
            call = QueuedCall(network, attempt=1, carrier_id=CARRIER, do_not_call=False, lane=grant.lane)
            refused = why_not_dial(
                call,
                campaign=grant.campaign,
                carrier=situation.carrier,
                up=up,
                tenant_cap=situation.tenant_cap,
                now=NOON,
            )
            assert refused is None
            up.count(network)
