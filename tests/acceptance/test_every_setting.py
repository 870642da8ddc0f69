"""Each setting means what it says: driven by HTTP, judged by the switch's own log, on both databases."""

import time
from collections import Counter
from dataclasses import dataclass

import pytest

from tests.stack.operator import ON_ITS_WAY_SECONDS, Operator, busiest, most_up, network_of, numbers_of, week
from tests.stack.waiting import wait_until
from worker.domain.timing import STOPS_BEFORE_END
from worker.simulator.log import peak, peak_by

WHY_PAUSE_SECONDS = 0.1

READ_LATE_SECONDS = 0.1
"""How much later than the next one a busy machine's switch may read a dial: its log shows them closer than sent."""


def test_parallel_keeps_fixed_channels_of_each_network(operator: Operator) -> None:
    carrier = operator.carrier(network={"viettel": 4, "mobi": 3, "vina": 2, "tel": 2, "offnet": 0})
    chosen = {"viettel": 3, "mobi": 5, "vina": 2, "tel": 0, "offnet": 2}
    campaign = operator.campaign(carrier=carrier, mode_call="parralel", network=chosen, concurrent_call=30)
    for network in chosen:
        operator.import_leads(campaign, numbers_of(network, count=12, series=1))

    operator.start(campaign)
    operator.wait_for_dials(campaign, dials=36)
    wait_until(lambda: operator.monitor(campaign)["total_incall"] == 0, seconds=30)

    assert peak_by(operator.lines(campaign), network_of) == {"viettel": 3, "mobi": 3, "vina": 2}
    assert operator.monitor(campaign)["total_remain"] == 24
    reasons = operator.stack.get(f"/v3/campaign/{campaign}/why")["reasons"]
    assert {(why["code"], why.get("network")) for why in reasons} == {
        ("network_not_set_up", "tel"),
        ("network_not_set_up", "offnet"),
    }


def test_direct_uses_one_pool_in_which_a_network_may_be_capped(operator: Operator) -> None:
    campaign = operator.campaign(carrier=operator.carrier(), network={"viettel": 2}, concurrent_call=6)
    operator.import_leads(campaign, numbers_of("viettel", count=8, series=2) + numbers_of("mobi", count=24, series=2))

    operator.start(campaign)
    operator.wait_until_over(campaign)

    peaks = peak_by(operator.lines(campaign), network_of)
    assert peak(operator.lines(campaign)) == 6
    assert peaks["viettel"] == 2


def test_serial_lends_idle_channels_and_shares_them_when_both_want_them(operator: Operator) -> None:
    carrier = operator.carrier(network={"viettel": 6}, concurrent_call=30)
    first, second = (
        operator.campaign(carrier=carrier, mode_call="serial", concurrent_call=30) for _ in ("first", "second")
    )
    operator.import_leads(first, numbers_of("viettel", count=60, series=3))
    operator.import_leads(second, numbers_of("viettel", count=100, series=4))

    operator.start(first)
    operator.wait_for_dials(first, dials=18)
    second_came = operator.start(second)
    operator.wait_until_over(first)
    operator.wait_until_over(second)

    both = [line for line in operator.stack.carried() if line.campaign in {first, second}]
    first_was_done = operator.lines(first)[-1].at
    shared_since = _reached(operator, second, calls=3)
    assert peak(both) == 6
    assert most_up(operator.lines(first), until=second_came) == 6
    assert most_up(operator.lines(first), since=shared_since) == 3
    first_had_leads_until = operator.dials(first)[-6].at  # its last ones may be queued when nobody else waits for it
    assert most_up(operator.lines(second), until=first_had_leads_until) == 3
    assert most_up(operator.lines(second), since=first_was_done) == 6


def _reached(operator: Operator, campaign: str, *, calls: int) -> float:
    lines = operator.lines(campaign)
    return next(line.at for line in lines if most_up(lines, until=line.at + 1e-6) >= calls)


@dataclass(frozen=True)
class Told:
    """Whether the API said that the window is shut, and between which moments it was asked and answered."""

    asked_at: float
    answered_at: float
    is_shut: bool


def test_nobody_is_dialled_before_a_window_opens(operator: Operator) -> None:
    campaign = operator.campaign(carrier=operator.carrier(), concurrent_call=2)
    operator.import_leads(campaign, numbers_of("viettel", count=20, series=5))
    opens = time.time() + 4
    operator.put(campaign, schedules=[week(opens, opens + 3600)])

    operator.start(campaign)
    told = _ask_why(operator, campaign, until=opens + 2)

    assert {one.is_shut for one in told if one.answered_at < opens} == {True}
    assert {one.is_shut for one in told if opens <= one.asked_at} == {False}
    assert opens <= operator.dial_times(campaign)[0]


def test_nobody_is_dialled_after_a_window_ends(operator: Operator) -> None:
    campaign = operator.campaign(carrier=operator.carrier(), concurrent_call=2)
    operator.import_leads(campaign, numbers_of("viettel", count=80, series=5))
    closes = time.time() + 5
    operator.put(campaign, schedules=[week(closes - 3600, closes)])

    operator.start(campaign)
    told = _ask_why(operator, campaign, until=closes + 1)

    last_verdict = closes - STOPS_BEFORE_END.total_seconds()
    assert {one.is_shut for one in told if one.answered_at <= last_verdict} == {False}
    assert {one.is_shut for one in told if one.asked_at >= closes} == {True}
    assert operator.dial_times(campaign)[-1] < closes
    assert operator.monitor(campaign)["total_remain"] > 0


def _ask_why(operator: Operator, campaign: str, *, until: float) -> list[Told]:
    """Ask again and again why the campaign does not dial more."""
    told = []
    while time.time() < until:
        asked_at = time.time()
        reasons = operator.reasons(campaign)
        told.append(Told(asked_at, time.time(), is_shut="window_shut" in reasons))
        time.sleep(WHY_PAUSE_SECONDS)
    return told


def test_a_pause_resumes_when_the_window_opens_and_a_stop_does_not(operator: Operator) -> None:
    later = time.time() + 6 * 3600
    carrier = operator.carrier()
    paused, stopped = (operator.campaign(carrier=carrier, schedules=[week(later, later + 60)]) for _ in range(2))
    operator.import_leads(paused, numbers_of("viettel", count=3, series=6))
    operator.import_leads(stopped, numbers_of("viettel", count=3, series=6))
    operator.stack.post(f"/v3/campaign/{paused}/run/pause", {})
    operator.start(stopped)
    operator.stack.post(f"/v3/campaign/{stopped}/run/stop", {})
    opens = time.time() + 3
    for campaign in (paused, stopped):
        operator.put(campaign, schedules=[week(opens, opens + 3600)])

    operator.wait_until_over(paused)

    assert opens <= operator.dial_times(paused)[0]
    assert operator.stack.get(f"/v3/campaign/{paused}")["status"] == "start"
    assert operator.dials(stopped) == []
    assert operator.stack.get(f"/v3/campaign/{stopped}")["status"] == "stop"


@pytest.mark.parametrize("change", [{"status": "stop"}, {"status": "pause"}, {"active": False}])
def test_a_stop_is_obeyed_by_the_very_next_call(operator: Operator, change: dict[str, object]) -> None:
    campaign = operator.campaign(carrier=operator.carrier())
    operator.import_leads(campaign, numbers_of("viettel", count=60, series=7))
    operator.start(campaign)
    operator.wait_for_dials(campaign, dials=12)

    answered_at = operator.put(campaign, **change)
    wait_until(lambda: operator.monitor(campaign)["total_incall"] == 0, seconds=30)
    wait_until(lambda: time.time() > answered_at + 3, seconds=5)

    assert operator.dials(campaign)[-1].at <= answered_at + ON_ITS_WAY_SECONDS
    assert operator.monitor(campaign)["total_remain"] > 0


def test_a_carrier_edited_in_mid_run_takes_effect_at_the_next_dial(operator: Operator) -> None:
    carrier = operator.carrier(dial_type="channel_one_for_all", prefix="91")
    campaign = operator.campaign(carrier=carrier, concurrent_call=10)
    operator.import_leads(campaign, numbers_of("viettel", count=60, series=8))
    operator.start(campaign)
    operator.wait_for_dials(campaign, dials=12)

    answered_at = operator.put_carrier(carrier, prefix="92", concurrent_call=3) + ON_ITS_WAY_SECONDS
    operator.wait_until_over(campaign)

    late = [line for line in operator.dials(campaign) if line.at > answered_at]
    assert {line.number[:2] for line in operator.dials(campaign) if line not in late} >= {"91"}
    assert {line.number[:2] for line in late} == {"92"}
    assert most_up(operator.lines(campaign), since=late[0].at) <= 3


def test_calls_per_second_holds_in_any_second(operator: Operator) -> None:
    carrier = operator.carrier(calls_per_second=6)
    campaign = operator.campaign(carrier=carrier, concurrent_call=30)
    operator.import_leads(campaign, numbers_of("viettel", count=42, series=9))

    operator.start(campaign)
    operator.wait_until_over(campaign)

    dials = operator.dials(campaign)
    assert busiest(dials, seconds=1 - READ_LATE_SECONDS) <= 6
    assert dials[-1].at - dials[0].at < 2 * len(dials) / 6, "a limit is not a reason to idle"


def test_an_inactive_list_is_not_dialled(operator: Operator) -> None:
    campaign = operator.campaign(carrier=operator.carrier(), concurrent_call=2)
    resting = operator.import_leads(campaign, numbers_of("mobi", count=30, series=1))
    operator.start(campaign)
    operator.wait_for_dials(campaign, dials=4)

    assert operator.stack.api.patch(f"/v3/list/{resting}/active", json={"active": False}).status_code == 200
    rested_at = time.time() + ON_ITS_WAY_SECONDS
    operator.import_leads(campaign, numbers_of("vina", count=4, series=1))
    wait_until(lambda: _networks(operator, campaign)["vina"] == 4, seconds=30)
    why = operator.reasons(campaign)
    before = len(operator.dials(campaign))
    late = [line for line in operator.dials(campaign) if line.at > rested_at]
    operator.stack.api.patch(f"/v3/list/{resting}/active", json={"active": True})
    operator.wait_until_over(campaign)

    assert {network_of(line) for line in late} == {"vina"}
    assert "list_inactive" in why
    assert before < 34
    assert len(operator.dials(campaign)) == 34


def _networks(operator: Operator, campaign: str) -> Counter[str]:
    return Counter(network_of(line) for line in operator.dials(campaign))


def test_leads_end_when_they_expire(operator: Operator) -> None:
    campaign = operator.campaign(carrier=operator.carrier(), concurrent_call=1)
    list_uuid = operator.import_leads(campaign, numbers_of("viettel", count=40, series=2))
    operator.start(campaign)
    operator.wait_for_dials(campaign, dials=2)
    expires = time.time() + 1

    operator.put(campaign, lead_expired_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires)))
    operator.wait_until_over(campaign)

    assert operator.dials(campaign)[-1].at <= expires + ON_ITS_WAY_SECONDS
    assert len(operator.dials(campaign)) < 40
    assert "expired" in operator.reasons(campaign)
    lead = operator.stack.get("/v3/lead", list_uuid=list_uuid, limit=50)["data"][-1]["lead_uuid"]
    assert [why["code"] for why in operator.stack.get(f"/v3/lead/{lead}/why")["reasons"]] == ["expired"]


def test_a_number_put_on_do_not_call_in_mid_run_is_not_dialled(operator: Operator) -> None:
    numbers = numbers_of("vina", count=30, series=3)
    campaign = operator.campaign(carrier=operator.carrier(), concurrent_call=2)
    operator.import_leads(campaign, numbers)
    operator.start(campaign)
    operator.wait_for_dials(campaign, dials=4)

    operator.stack.post("/v1/blacklist", {"blacklist": [{"phone_number": n, "description": ""} for n in numbers[20:]]})
    operator.wait_until_over(campaign)

    assert {line.number for line in operator.dials(campaign)} == set(numbers[:20])
    assert operator.monitor(campaign)["total_dnc"] == 10


def test_a_campaign_with_nothing_left_says_so_and_goes_on_when_leads_come(operator: Operator) -> None:
    campaign = operator.campaign(carrier=operator.carrier())
    operator.import_leads(campaign, numbers_of("viettel", count=2, series=4))
    operator.start(campaign)
    operator.wait_until_over(campaign)
    finished, reasons = operator.monitor(campaign)["finished"], set(operator.reasons(campaign))

    operator.import_leads(campaign, numbers_of("viettel", count=2, series=5))
    operator.wait_for_dials(campaign, dials=4)

    assert finished
    assert reasons == {"nothing_left"}


def test_the_tenants_cap_is_above_all_its_carriers(operator: Operator) -> None:
    campaigns = [operator.campaign(carrier=operator.carrier(), concurrent_call=5) for _ in range(2)]
    for campaign in campaigns:
        operator.import_leads(campaign, numbers_of("viettel", count=900, series=7))
        operator.start(campaign)

    operator.stack.command("tenant", "set", "--tenant", "default", "--concurrent-call", "4")
    capped_at = time.time() + ON_ITS_WAY_SECONDS
    dialled = sum(len(operator.dials(campaign)) for campaign in campaigns)
    wait_until(lambda: sum(len(operator.dials(c)) for c in campaigns) >= dialled + 20, seconds=60)
    for campaign in campaigns:
        operator.put(campaign, status="stop")
    operator.stack.command("tenant", "set", "--tenant", "default", "--no-cap")

    both = [line for line in operator.stack.carried() if line.campaign in campaigns]
    late = [line for line in both if line.event == "originated" and line.at > capped_at]
    assert len(late) >= 10
    assert most_up(both, since=late[0].at) <= 4
