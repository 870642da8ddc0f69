"""The decision: limits are kept, channels are not left idle, and everybody gets a fair share."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import HANOI, NOON, a_campaign, a_carrier, a_situation
from worker.domain.campaign import Campaign, Mode, Status
from worker.domain.ids import CampaignId
from worker.domain.network import Network
from worker.domain.planner import LOOK_AGAIN_WHILE_DUE, Plan, Situation, calls_to_start
from worker.domain.quota import LiveCalls, network_cap
from worker.domain.reason import Reason
from worker.domain.window import Span, Week, Windows

HOUR = 3_600_000_000_000
V, M = Network.VIETTEL, Network.MOBI


def started(plan: Plan) -> dict[CampaignId, int]:
    return {grant.campaign.id: grant.count for grant in plan.grants}


def test_a_campaign_fills_its_own_limit() -> None:
    campaign = a_campaign(concurrent_call=5)

    plan = calls_to_start(
        a_situation(campaign, live=LiveCalls(campaigns={campaign.id: {V: 2}}, carrier={V: 2})), now=NOON
    )

    assert started(plan) == {campaign.id: 3}


def test_the_carrier_and_the_tenant_limit_all_campaigns_together() -> None:
    campaigns = [a_campaign(concurrent_call=8), a_campaign(concurrent_call=8)]

    by_carrier = calls_to_start(a_situation(*campaigns, carrier=a_carrier(concurrent_call=10)), now=NOON)
    by_tenant = calls_to_start(a_situation(*campaigns, tenant_cap=7, live=LiveCalls(tenant=3)), now=NOON)

    assert sorted(started(by_carrier).values()) == [5, 5]
    assert sum(started(by_tenant).values()) == 4


def test_who_holds_least_is_served_first() -> None:
    rich, poor = a_campaign(concurrent_call=8), a_campaign(concurrent_call=8)
    live = LiveCalls(carrier={V: 6}, campaigns={rich.id: {V: 6}})

    plan = calls_to_start(a_situation(rich, poor, live=live), now=NOON)

    assert started(plan) == {poor.id: 4}


def test_a_network_cap_holds_in_direct_mode_and_zero_is_none() -> None:
    campaign = a_campaign(concurrent_call=10, network={V: 2, M: 0})

    plan = calls_to_start(a_situation(campaign, due={campaign.id: {V: 50, M: 3}}), now=NOON)

    assert started(plan) == {campaign.id: 5}
    assert plan.grants[0].ceilings[V] == 2
    assert plan.grants[0].ceilings[M] == 3


def test_parallel_mode_dials_only_networks_that_are_set_up() -> None:
    campaign = a_campaign(mode=Mode.PARALLEL, concurrent_call=10, network={V: 3, M: 0})
    carrier = a_carrier(network={V: 2, M: 5})

    plan = calls_to_start(a_situation(campaign, carrier=carrier, due={campaign.id: {V: 50, M: 50}}), now=NOON)

    assert plan.grants[0].ceilings == {V: 2}


def test_serial_mode_shares_the_carriers_channels_of_a_network() -> None:
    two = [a_campaign(mode=Mode.SERIAL, concurrent_call=10) for _ in range(2)]

    plan = calls_to_start(a_situation(*two, carrier=a_carrier(network={V: 6}, concurrent_call=30)), now=NOON)

    assert list(started(plan).values()) == [3, 3]


def test_an_idle_share_is_lent() -> None:
    busy, idle = (a_campaign(mode=Mode.SERIAL, concurrent_call=10) for _ in range(2))
    carrier = a_carrier(network={V: 6})

    plan = calls_to_start(a_situation(busy, idle, carrier=carrier, due={busy.id: {V: 50}, idle.id: {V: 1}}), now=NOON)

    assert started(plan) == {busy.id: 5, idle.id: 1}


def test_a_campaign_that_may_not_run_waits_and_says_why() -> None:
    stopped = a_campaign(status=Status.STOP)
    paused = a_campaign(status=Status.PAUSE, resume_at=NOON.add(hours=1))
    inactive = a_campaign(active=False)
    shut = a_campaign(windows=Windows(HANOI, (Week.every_day(Span(14 * HOUR, 15 * HOUR)),)))

    plan = calls_to_start(a_situation(stopped, paused, inactive, shut), now=NOON)

    assert plan.grants == ()
    assert list(plan.waiting.values()) == [Reason.STOPPED, Reason.PAUSED, Reason.INACTIVE, Reason.WINDOW_SHUT]
    assert plan.look_again_at == NOON.add(hours=1)


def test_the_next_look_is_at_the_window_or_the_next_recall() -> None:
    shut = a_campaign(windows=Windows(HANOI, (Week.every_day(Span(14 * HOUR, 15 * HOUR)),)))
    waits = a_campaign()

    at_window = calls_to_start(a_situation(shut), now=NOON)
    at_recall = calls_to_start(a_situation(waits, due={waits.id: {}}, next_due_at=NOON.add(minutes=3)), now=NOON)
    at_nothing = calls_to_start(a_situation(waits, due={waits.id: {}}), now=NOON)

    assert at_window.look_again_at == NOON.add(hours=2)
    assert at_recall.look_again_at == NOON.add(minutes=3)
    assert at_nothing.look_again_at is None


def test_while_leads_are_due_it_looks_again_soon_in_case_a_wakeup_is_lost() -> None:
    plan = calls_to_start(a_situation(a_campaign()), now=NOON)

    assert plan.look_again_at == NOON + LOOK_AGAIN_WHILE_DUE


COUNTS = st.dictionaries(st.sampled_from(list(Network)), st.integers(0, 12))


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    campaigns = [
        a_campaign(
            id=CampaignId(UUID(int=number)),
            mode=draw(st.sampled_from(list(Mode))),
            concurrent_call=draw(st.integers(0, 12)),
            network=draw(COUNTS),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    live = {c.id: draw(COUNTS) for c in campaigns}
    on_carrier: Counter[Network] = Counter(draw(COUNTS))
    for counts in live.values():
        on_carrier.update(counts)
    return a_situation(
        *campaigns,
        carrier=a_carrier(concurrent_call=draw(st.integers(0, 40)), network=draw(COUNTS)),
        due={c.id: draw(COUNTS) for c in campaigns},
        live=LiveCalls(tenant=on_carrier.total(), carrier=on_carrier, campaigns=live),
        tenant_cap=draw(st.none() | st.integers(0, 60)),
    )


@given(situation=situations())
def test_no_plan_exceeds_any_limit(situation: Situation) -> None:
    plan = calls_to_start(situation, now=NOON)

    total = sum(grant.count for grant in plan.grants)
    pooled: Counter[Network] = Counter()
    for grant in plan.grants:
        campaign, live = grant.campaign, situation.live.of_campaign(grant.campaign.id)
        assert sum(live.values()) + grant.count <= campaign.concurrent_call
        for network, ceiling in grant.ceilings.items():
            taken = min(ceiling, grant.count)
            assert taken <= situation.demand[campaign.id].due.get(network, 0)
            assert not taken or live.get(network, 0) + taken <= network_cap(campaign, network)
            if campaign.mode is not Mode.DIRECT:
                pooled[network] += taken
    assert not total or situation.live.of_carrier() + total <= situation.carrier.concurrent_call
    assert not total or situation.tenant_cap is None or situation.live.tenant + total <= situation.tenant_cap
    for network, taken in pooled.items():
        assert not taken or situation.live.carrier[network] + taken <= situation.carrier.network.get(network, 0)


@given(situation=situations())
def test_no_channel_stays_idle_that_a_due_lead_may_use(situation: Situation) -> None:
    plan = calls_to_start(situation, now=NOON)

    granted = {grant.campaign.id: grant for grant in plan.grants}
    total = sum(grant.count for grant in plan.grants)
    room = situation.carrier.concurrent_call - situation.live.of_carrier() - total
    if situation.tenant_cap is not None:
        room = min(room, situation.tenant_cap - situation.live.tenant - total)
    for campaign in situation.campaigns:
        grant = granted.get(campaign.id)
        assert room <= 0 or not _could_take_more(campaign, situation, count=grant.count if grant else 0, plan=plan)


def _could_take_more(campaign: Campaign, situation: Situation, *, count: int, plan: Plan) -> bool:
    live = situation.live.of_campaign(campaign.id)
    if sum(live.values()) + count >= campaign.concurrent_call:
        return False
    due = situation.demand[campaign.id].due
    wanted = {n: min(due.get(n, 0), max(0, network_cap(campaign, n) - live.get(n, 0))) for n in Network}
    if campaign.mode is Mode.DIRECT:
        return count < sum(wanted.values())
    pooled: Counter[Network] = Counter()
    own: Counter[Network] = Counter()
    for grant in plan.grants:
        if grant.campaign.mode is not Mode.DIRECT:
            pooled.update(grant.ceilings)
        if grant.campaign.id == campaign.id:
            own.update(grant.ceilings)
    free = {n: situation.carrier.network.get(n, 0) - situation.live.carrier[n] - pooled[n] for n in Network}
    return any(wanted[n] > own[n] and free[n] > 0 for n in Network)
