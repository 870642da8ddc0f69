"""Nobody starves: shares over many plans, while calls end and others begin."""

from collections import Counter
from dataclasses import dataclass, field, replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_campaign, a_carrier, a_situation
from worker.domain.campaign import Campaign, Mode
from worker.domain.ids import CampaignId
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.planner import Demand, Situation, calls_to_start
from worker.domain.quota import LiveCalls

V = Network.VIETTEL
PLENTY = 100


@dataclass
class Day:
    """A carrier whose campaigns compete for one pool; each call is its campaign's id."""

    situation: Situation
    up: list[CampaignId] = field(default_factory=list)

    def held(self) -> Counter[CampaignId]:
        return Counter(self.up)

    def plan(self, *, codes_of: Campaign | None = None) -> list[CampaignId]:
        """Plan once; give whose list calls were started."""
        demand = dict(self.situation.demand)
        if codes_of is not None:
            demand[codes_of.id] = replace(demand[codes_of.id], due={**demand[codes_of.id].due, Lane.OTP: {V: 1}})
        live = LiveCalls(carrier={V: len(self.up)}, campaigns={c: {V: n} for c, n in self.held().items()})
        plan = calls_to_start(replace(self.situation, live=live, demand=demand), now=NOON)
        self.situation = replace(self.situation, rotation=plan.rotation)
        started = {
            lane: [g.campaign.id for g in plan.grants if g.lane is lane for _ in range(g.count)] for lane in Lane
        }
        self.up += started[Lane.OTP] + started[Lane.LIST]
        return started[Lane.LIST]

    def end(self, picks: list[int]) -> None:
        """End some calls, each picked from those that are still up."""
        for pick in picks:
            if self.up:
                self.up.pop(pick % len(self.up))


def a_day(*, campaigns: int, channels: int, mode: Mode) -> Day:
    """Give each campaign more leads than there are channels."""
    competing = [a_campaign(id=CampaignId(UUID(int=n + 1)), mode=mode, concurrent_call=99) for n in range(campaigns)]
    caps = {V: 99} if mode is Mode.PARALLEL else {}
    competing = [replace(campaign, network=caps) for campaign in competing]
    carrier = a_carrier(concurrent_call=channels, network={V: channels})
    return Day(a_situation(*competing, carrier=carrier, due={c.id: {V: PLENTY} for c in competing}))


@given(
    campaigns=st.integers(2, 6),
    channels=st.integers(1, 8),
    mode=st.sampled_from(list(Mode)),
    steps=st.lists(st.tuples(st.lists(st.integers(0, 99), max_size=4), st.integers(0, 11)), max_size=40),
)
def test_who_holds_no_more_than_its_competitors_waits_for_fewer_places_than_they_are(
    campaigns: int, channels: int, mode: Mode, steps: list[tuple[list[int], int]]
) -> None:
    """Also with fewer channels than campaigns, and while codes take places now and then."""
    day = a_day(campaigns=campaigns, channels=channels, mode=mode)
    names = [campaign.id for campaign in day.situation.campaigns]
    passed_over = dict.fromkeys(names, 0)

    for ending, coding in steps:
        day.end(ending)
        codes_of = day.situation.campaigns[coding] if coding < campaigns else None
        served = day.plan(codes_of=codes_of)
        before = day.held() - Counter(served)
        least = min(before[name] for name in names)
        for name in names:
            waits = before[name] == least and name not in served
            passed_over[name] = passed_over[name] + len(served) if waits else 0

        assert max(passed_over.values()) < campaigns


@given(
    campaigns=st.integers(2, 5),
    channels=st.integers(1, 12),
    mode=st.sampled_from(list(Mode)),
    order=st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=3), max_size=30),
)
def test_a_newcomer_has_its_share_when_the_calls_that_it_found_have_ended(
    campaigns: int, channels: int, mode: Mode, order: list[list[int]]
) -> None:
    day = a_day(campaigns=campaigns, channels=channels, mode=mode)
    newcomer, *_ = day.situation.campaigns
    demand = day.situation.demand
    day.situation = replace(day.situation, demand={**demand, newcomer.id: Demand()})
    day.plan()
    found = len(day.up)
    assert day.held()[newcomer.id] == 0
    assert found == channels

    day.situation = replace(day.situation, demand=demand)
    for ending in [*order, *([[0]] * channels)]:
        found -= _end(day, ending, of_the_first=found)
        day.plan()
        assert len(day.up) == channels
        assert found > 0 or day.held()[newcomer.id] >= channels // campaigns


def _end(day: Day, picks: list[int], *, of_the_first: int) -> int:
    """End the picked calls; say how many of the first ones, which were found, were among them."""
    ended = {pick % len(day.up) for pick in picks}
    day.up = [call for place, call in enumerate(day.up) if place not in ended]
    return sum(place < of_the_first for place in ended)


def test_no_call_is_cut_off_for_a_newcomer() -> None:
    day = a_day(campaigns=2, channels=4, mode=Mode.SERIAL)
    newcomer, other = day.situation.campaigns
    day.up = [other.id] * 4

    assert day.plan() == []

    day.end([0])
    assert day.plan() == [newcomer.id]


@given(served=st.lists(st.integers(1, 3), min_size=2, max_size=12))
def test_every_network_of_a_crowded_carrier_is_served_in_rotation(served: list[int]) -> None:
    networks = list(Network)
    campaign = a_campaign(mode=Mode.SERIAL, concurrent_call=99)
    carrier = a_carrier(concurrent_call=99, network=dict.fromkeys(networks, 99))
    situation = a_situation(campaign, carrier=carrier, due={campaign.id: dict.fromkeys(networks, PLENTY)})

    given_out: list[Network] = []
    for places in served:
        narrow = replace(carrier, concurrent_call=places)
        plan = calls_to_start(replace(situation, carrier=narrow), now=NOON)
        situation = replace(situation, rotation=plan.rotation)
        given_out += [n for grant in plan.grants for n, count in grant.ceilings.items() for _ in range(count)]

    counts = Counter(given_out)
    assert max(counts.values()) - min(counts[n] for n in networks) <= 1
