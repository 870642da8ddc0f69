"""The decision: limits are kept, channels are not left idle, and everybody gets a fair share."""

from dataclasses import replace
from uuid import UUID

from tests.builders import HANOI, NOON, a_campaign, a_carrier, a_situation
from worker.domain.campaign import Mode, Status
from worker.domain.ids import CampaignId
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.planner import Demand, Plan, calls_to_start
from worker.domain.quota import LiveCalls
from worker.domain.reason import Reason, Why
from worker.domain.timing import NEXT_TOKEN
from worker.domain.window import Span, Week, Windows

HOUR = 3_600_000_000_000
V, M = Network.VIETTEL, Network.MOBI
TWO_O_CLOCK = Windows(HANOI, (Week.every_day(Span(14 * HOUR, 15 * HOUR)),))


def started(plan: Plan) -> dict[CampaignId, int]:
    return {grant.campaign.id: grant.count for grant in plan.grants}


def by_lane(plan: Plan) -> list[tuple[CampaignId, Lane, int]]:
    return [(grant.campaign.id, grant.lane, grant.count) for grant in plan.grants]


# --- limits and shares -----------------------------------------------------------------------------------------------


def test_a_campaign_fills_its_own_limit() -> None:
    campaign = a_campaign(concurrent_call=5)
    live = LiveCalls(campaigns={campaign.id: {V: 2}}, carrier={V: 2})

    plan = calls_to_start(a_situation(campaign, live=live), now=NOON)

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
    assert plan.grants[0].ceilings == {V: 2, M: 3}


def test_direct_mode_does_not_ask_for_the_carriers_channels_of_a_network() -> None:
    campaign = a_campaign(concurrent_call=10)

    plan = calls_to_start(a_situation(campaign, carrier=a_carrier(network={V: 1, M: 5})), now=NOON)

    assert started(plan) == {campaign.id: 10}


def test_parallel_mode_dials_only_networks_that_are_set_up() -> None:
    campaign = a_campaign(mode=Mode.PARALLEL, concurrent_call=10, network={V: 3, M: 0})
    carrier = a_carrier(network={V: 2, M: 5})

    plan = calls_to_start(a_situation(campaign, carrier=carrier, due={campaign.id: {V: 50, M: 50}}), now=NOON)

    assert plan.grants[0].ceilings == {V: 2}


def test_serial_mode_shares_the_carriers_channels_of_a_network() -> None:
    two = [a_campaign(mode=Mode.SERIAL, concurrent_call=10) for _ in range(2)]

    plan = calls_to_start(a_situation(*two, carrier=a_carrier(network={V: 6}, concurrent_call=30)), now=NOON)

    assert list(started(plan).values()) == [3, 3]


def test_serial_shares_are_of_one_network_whatever_is_held_on_others() -> None:
    on_mobi, newcomer = (a_campaign(mode=Mode.SERIAL, concurrent_call=10) for _ in range(2))
    live = LiveCalls(carrier={M: 4}, campaigns={on_mobi.id: {M: 4}})
    carrier = a_carrier(network={V: 4, M: 4}, concurrent_call=30)

    plan = calls_to_start(a_situation(on_mobi, newcomer, carrier=carrier, live=live), now=NOON)

    assert started(plan) == {on_mobi.id: 2, newcomer.id: 2}


def test_a_campaigns_own_cap_narrows_its_serial_share() -> None:
    capped, other = (a_campaign(mode=Mode.SERIAL, concurrent_call=10, network=caps) for caps in ({V: 1}, {}))

    plan = calls_to_start(a_situation(capped, other, carrier=a_carrier(network={V: 6})), now=NOON)

    assert started(plan) == {capped.id: 1, other.id: 5}


def test_an_idle_share_is_lent() -> None:
    busy, idle = (a_campaign(mode=Mode.SERIAL, concurrent_call=10) for _ in range(2))
    carrier = a_carrier(network={V: 6})

    plan = calls_to_start(a_situation(busy, idle, carrier=carrier, due={busy.id: {V: 50}, idle.id: {V: 1}}), now=NOON)

    assert started(plan) == {busy.id: 5, idle.id: 1}


def test_a_grant_counts_a_lanes_networks_together() -> None:
    campaign = a_campaign(mode=Mode.SERIAL, concurrent_call=10)
    carrier = a_carrier(network={V: 2, M: 3})

    plan = calls_to_start(a_situation(campaign, carrier=carrier, due={campaign.id: {V: 50, M: 50}}), now=NOON)

    assert [(grant.count, grant.ceilings) for grant in plan.grants] == [(5, {V: 2, M: 3})]


def test_no_more_calls_are_queued_than_may_be_begun_before_the_next_plan() -> None:
    campaign = a_campaign(concurrent_call=10)
    situation = a_situation(campaign, carrier=a_carrier(calls_per_second=12), queued=1)

    plan = calls_to_start(situation, now=NOON)

    assert started(plan) == {campaign.id: 2}
    assert plan.reasons[campaign.id] == (Why(Reason.CALLS_PER_SECOND, in_use=3, limit=3),)
    assert plan.look_again_at == NOON + NEXT_TOKEN


# --- whose turn it is ------------------------------------------------------------------------------------------------


def test_equals_rotate_from_plan_to_plan() -> None:
    three = [a_campaign(id=CampaignId(UUID(int=n)), mode=Mode.SERIAL) for n in (1, 2, 3)]
    situation = a_situation(*three, carrier=a_carrier(network={V: 1}))

    served = []
    for _ in range(6):
        plan = calls_to_start(situation, now=NOON)
        situation = replace(situation, rotation=plan.rotation)
        served += list(started(plan))

    assert served == [campaign.id for campaign in three] * 2


def test_networks_rotate_too_when_they_share_too_few_channels() -> None:
    campaign = a_campaign(mode=Mode.SERIAL)
    carrier = a_carrier(network={V: 1, M: 1}, concurrent_call=1)
    situation = a_situation(campaign, carrier=carrier, due={campaign.id: {V: 5, M: 5}})

    first = calls_to_start(situation, now=NOON)
    second = calls_to_start(replace(situation, rotation=first.rotation), now=NOON)

    assert [*first.grants[0].ceilings, *second.grants[0].ceilings] in ([V, M], [M, V])


# --- lanes -----------------------------------------------------------------------------------------------------------


def test_codes_go_ahead_of_everything_and_single_calls_ahead_of_their_campaigns_lists() -> None:
    listed, urgent = a_campaign(concurrent_call=9), a_campaign(concurrent_call=9)
    demand = {
        listed.id: Demand(due={Lane.LIST: {V: 50}}),
        urgent.id: Demand(due={Lane.LIST: {V: 50}, Lane.SINGLE: {V: 1, M: 1}, Lane.OTP: {M: 3}}),
    }

    plan = calls_to_start(a_situation(listed, urgent, demand=demand), now=NOON)

    assert by_lane(plan) == [
        (urgent.id, Lane.OTP, 3),
        (urgent.id, Lane.SINGLE, 2),
        (listed.id, Lane.LIST, 5),
    ]


def test_single_calls_leave_their_campaigns_lists_the_rest_of_a_network_cap() -> None:
    campaign = a_campaign(network={V: 3}, concurrent_call=9)
    demand = {campaign.id: Demand(due={Lane.OTP: {V: 1}, Lane.SINGLE: {V: 1}, Lane.LIST: {V: 50, M: 50}})}

    plan = calls_to_start(a_situation(campaign, demand=demand), now=NOON)

    assert [(grant.lane, grant.count, grant.ceilings) for grant in plan.grants] == [
        (Lane.OTP, 1, {V: 1}),
        (Lane.SINGLE, 1, {V: 1}),
        (Lane.LIST, 7, {V: 1, M: 7}),
    ]


def test_a_code_goes_out_when_the_campaign_is_stopped_or_its_window_shut_but_within_its_limits() -> None:
    stopped, shut = a_campaign(status=Status.STOP, concurrent_call=2), a_campaign(windows=TWO_O_CLOCK)
    waiting = Demand(due={lane: {V: 3} for lane in Lane})

    plan = calls_to_start(a_situation(stopped, shut, demand={stopped.id: waiting, shut.id: waiting}), now=NOON)

    assert by_lane(plan) == [(stopped.id, Lane.OTP, 2), (shut.id, Lane.OTP, 3)]
    assert plan.reasons == {
        stopped.id: (Why(Reason.CAMPAIGN_LIMIT, in_use=2, limit=2), Why(Reason.STOPPED)),
        shut.id: (Why(Reason.WINDOW_SHUT, until=NOON.add(hours=2)),),
    }


def test_a_code_does_not_go_out_when_the_campaign_is_inactive_or_expired() -> None:
    inactive, expired = a_campaign(active=False), a_campaign(expires_at=NOON)
    waiting = Demand(due={Lane.OTP: {V: 3}}, next_otp_at=NOON.add(minutes=1))

    plan = calls_to_start(a_situation(inactive, expired, demand={inactive.id: waiting, expired.id: waiting}), now=NOON)

    assert plan.grants == ()
    assert plan.look_again_at is None
