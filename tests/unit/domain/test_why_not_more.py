"""What is not started says why, and when to look again."""

from tests.builders import HANOI, NOON, a_campaign, a_carrier, a_situation
from worker.domain.campaign import Mode, Status
from worker.domain.carrier import DialType
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.planner import Demand, Situation, calls_to_start
from worker.domain.quota import LiveCalls
from worker.domain.reason import Reason, Why
from worker.domain.timing import PLANNED_WHILE_DUE
from worker.domain.window import Span, Week, Windows

HOUR = 3_600_000_000_000
V, M = Network.VIETTEL, Network.MOBI
TWO_O_CLOCK = Windows(HANOI, (Week.every_day(Span(14 * HOUR, 15 * HOUR)),))


def reasons(situation: Situation) -> list[Why]:
    plan = calls_to_start(situation, now=NOON)
    return [why for whys in plan.reasons.values() for why in whys]


def test_a_campaign_that_may_not_run_waits_and_says_why() -> None:
    stopped = a_campaign(status=Status.STOP)
    paused = a_campaign(status=Status.PAUSE, resume_at=NOON.add(hours=1))
    inactive = a_campaign(active=False)
    shut = a_campaign(windows=TWO_O_CLOCK)
    expired = a_campaign(expires_at=NOON)

    plan = calls_to_start(a_situation(stopped, paused, inactive, shut, expired), now=NOON)

    assert plan.grants == ()
    assert [why for whys in plan.reasons.values() for why in whys] == [
        Why(Reason.STOPPED),
        Why(Reason.PAUSED, until=NOON.add(hours=1)),
        Why(Reason.INACTIVE),
        Why(Reason.WINDOW_SHUT, until=NOON.add(hours=2)),
        Why(Reason.EXPIRED, since=NOON),
    ]
    assert plan.look_again_at == NOON.add(hours=1)


def test_full_limits_are_named_with_their_use() -> None:
    campaign = a_campaign(concurrent_call=4, network={V: 2})
    live = LiveCalls(tenant=9, carrier={V: 1}, campaigns={campaign.id: {V: 1}})
    due = {campaign.id: {V: 5, M: 50}}

    of_campaign = reasons(a_situation(campaign, live=live, due=due))
    of_all = reasons(a_situation(campaign, live=live, due=due, carrier=a_carrier(concurrent_call=2), tenant_cap=10))
    of_network = reasons(a_situation(campaign, live=live, due={campaign.id: {V: 5}}))

    assert of_campaign == [Why(Reason.CAMPAIGN_LIMIT, in_use=4, limit=4)]
    assert of_all == [
        Why(Reason.TENANT_LIMIT, in_use=10, limit=10),
        Why(Reason.CARRIER_LIMIT, in_use=2, limit=2),
    ]
    assert of_network == [Why(Reason.CAMPAIGN_NETWORK_LIMIT, network=V, in_use=2, limit=2)]


def test_networks_without_channels_are_named() -> None:
    serial = a_campaign(mode=Mode.SERIAL)
    parallel = a_campaign(mode=Mode.PARALLEL, network={V: 0})
    carrier = a_carrier(network={V: 1, M: 0})
    due = {serial.id: {V: 3, M: 3}, parallel.id: {V: 3}}

    plan = calls_to_start(a_situation(serial, parallel, carrier=carrier, due=due), now=NOON)

    assert set(plan.reasons[serial.id]) == {
        Why(Reason.CARRIER_NETWORK_LIMIT, network=V, in_use=1, limit=1),
        Why(Reason.NETWORK_NOT_SET_UP, network=M, in_use=0, limit=0),
    }
    assert plan.reasons[parallel.id] == (Why(Reason.NETWORK_NOT_SET_UP, network=V, in_use=0, limit=0),)


def test_a_campaign_whose_due_leads_are_all_started_has_no_reason_to_wait() -> None:
    campaign = a_campaign()

    assert reasons(a_situation(campaign, due={campaign.id: {V: 2}}, next_due_at=NOON.add(hours=1))) == []


def test_what_is_due_later_says_when_it_may_be_dialled() -> None:
    office = Windows(HANOI, (Week.every_day(Span(8 * HOUR, 13 * HOUR)),))
    campaign, in_office = a_campaign(), a_campaign(windows=office)

    soon = reasons(a_situation(campaign, due={campaign.id: {}}, next_due_at=NOON.add(minutes=3)))
    tomorrow = reasons(a_situation(in_office, due={in_office.id: {}}, next_due_at=NOON.add(hours=3)))
    code = reasons(a_situation(campaign, demand={campaign.id: Demand(next_otp_at=NOON.add(minutes=1))}))

    assert soon == [Why(Reason.NOT_DUE, until=NOON.add(minutes=3))]
    assert tomorrow == [Why(Reason.NOT_DUE, until=NOON.add(hours=20))]
    assert code == [Why(Reason.NOT_DUE, until=NOON.add(minutes=1))]


def test_a_campaign_with_nothing_left_says_so_also_while_its_last_calls_are_up() -> None:
    campaign = a_campaign()
    live = LiveCalls(carrier={V: 2}, campaigns={campaign.id: {V: 2}})

    assert reasons(a_situation(campaign, due={}, live=live)) == [Why(Reason.NOTHING_LEFT, in_use=2)]


def test_leads_of_inactive_lists_are_a_reason_beside_the_others() -> None:
    campaign = a_campaign(concurrent_call=1)
    parked = Demand(in_inactive_lists=True)
    and_due = Demand(due={Lane.LIST: {V: 2}}, in_inactive_lists=True)

    alone = reasons(a_situation(campaign, demand={campaign.id: parked}))
    beside = reasons(a_situation(campaign, demand={campaign.id: and_due}))

    assert alone == [Why(Reason.LIST_INACTIVE)]
    assert beside == [Why(Reason.CAMPAIGN_LIMIT, in_use=1, limit=1), Why(Reason.LIST_INACTIVE)]


# --- when to look again ----------------------------------------------------------------------------------------------


def test_the_next_look_is_at_the_window_or_the_next_recall() -> None:
    shut, waits = a_campaign(windows=TWO_O_CLOCK), a_campaign()

    at_window = calls_to_start(a_situation(shut), now=NOON)
    at_recall = calls_to_start(a_situation(waits, due={waits.id: {}}, next_due_at=NOON.add(minutes=3)), now=NOON)
    at_nothing = calls_to_start(a_situation(waits, due={waits.id: {}}), now=NOON)

    assert at_window.look_again_at == NOON.add(hours=2)
    assert at_recall.look_again_at == NOON.add(minutes=3)
    assert at_nothing.look_again_at is None


def test_while_leads_are_due_it_looks_again_soon_in_case_a_wakeup_is_lost() -> None:
    campaign = a_campaign()

    plan = calls_to_start(a_situation(campaign), now=NOON)
    sooner = calls_to_start(a_situation(campaign, next_due_at=NOON.add(seconds=1)), now=NOON)

    assert plan.look_again_at == NOON + PLANNED_WHILE_DUE
    assert sooner.look_again_at == NOON.add(seconds=1)


def test_a_code_that_falls_due_is_looked_for_whether_the_campaign_runs_or_not() -> None:
    shut = a_campaign(windows=TWO_O_CLOCK)
    demand = {shut.id: Demand(next_otp_at=NOON.add(minutes=1), next_due_at=NOON.add(seconds=1))}

    plan = calls_to_start(a_situation(shut, demand=demand), now=NOON)

    assert plan.look_again_at == NOON.add(minutes=1)


def test_a_code_that_falls_due_is_waited_for_while_the_window_is_shut() -> None:
    shut = a_campaign(windows=Windows(HANOI, (Week.every_day(Span(8 * HOUR, 9 * HOUR)),)))
    waits = Demand(next_otp_at=NOON.add(minutes=5))

    plan = calls_to_start(a_situation(shut, due={}, demand={shut.id: waits}), now=NOON)

    assert [(why.reason, why.until) for why in plan.reasons[shut.id]] == [
        (Reason.WINDOW_SHUT, NOON.add(hours=20)),
        (Reason.NOT_DUE, NOON.add(minutes=5)),
    ]
    assert plan.look_again_at == NOON.add(minutes=5)


def test_a_prefix_that_cannot_be_dialled_stops_its_network_only() -> None:
    campaign = a_campaign()
    carrier = a_carrier(dial_type=DialType.CHANNEL_PREFIX, network_prefixes={V: "9+"})

    plan = calls_to_start(a_situation(campaign, carrier=carrier, due={campaign.id: {V: 5, M: 2}}), now=NOON)

    assert [dict(grant.ceilings) for grant in plan.grants] == [{M: 2}]
    assert plan.reasons[campaign.id] == (Why(Reason.PREFIX_NOT_DIALABLE, network=V, in_use=0, limit=0),)
