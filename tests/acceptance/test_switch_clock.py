"""A switch whose clock is forty minutes off: times in CDRs are ours, and a recall waits its minute."""

from collections.abc import Iterator
from dataclasses import replace

import pendulum
import pytest

from tests.stack.operator import ZONE, Operator
from tests.stack.running import BY_LAST_DIGIT, Stack, running_stack
from tests.stack.waiting import wait_until
from worker.domain.switch_address import SwitchUrl
from worker.simulator.log import Line
from worker.telephony.connection import open_connection

BEHIND, AHEAD = -2400, 2400
RECALL = {"recall_times": 1, "recall_status": ["busy"], "schedule_recall": "minute", "schedule_recall_duration": 1}
ROUNDING = 1.5
"""Seconds: a CDR states whole seconds, and a dial takes a moment to reach the switch."""


@pytest.fixture(scope="module")
def skewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    options = replace(BY_LAST_DIGIT, speed=4.0, clock_skew_seconds=BEHIND)
    with running_stack(tmp_path_factory.mktemp("skewed"), switch_options=options) as running:
        yield running


def set_clock(stack: Stack, skew: int) -> None:
    connection = open_connection(SwitchUrl.parse(stack.environment["CALLBEAT_SWITCH_URLS"]))
    assert connection.command(f"api clock_skew {skew}").text.startswith("+OK")
    connection.close()


@pytest.mark.slow(seconds=85)
def test_times_are_ours_and_a_recall_waits_its_minute_whatever_the_switchs_clock_shows(skewed: Stack) -> None:
    operator = Operator(skewed)
    carrier = operator.carrier()
    campaigns = {}
    for skew, numbers in ((BEHIND, ["0981000001", "0981000010"]), (AHEAD, ["0981000101", "0981000110"])):
        set_clock(skewed, skew)
        campaigns[skew] = operator.campaign(carrier=carrier, **RECALL)
        operator.import_leads(campaigns[skew], numbers)
        operator.start(campaigns[skew])
        wait_until(lambda c=campaigns[skew]: len(_of(operator, c, "hangup")) == 2, seconds=30)  # type: ignore[misc]

    for skew, campaign in campaigns.items():
        operator.wait_until_over(campaign, seconds=90)
        (first, second) = [line.at for line in _of(operator, campaign, "originated") if line.number.endswith("1")]
        (busy_at, _) = [line.at for line in _of(operator, campaign, "hangup") if line.number.endswith("1")]
        assert 60 - ROUNDING / 10 <= second - busy_at <= 65, (skew, first, busy_at, second)
        _judge_cdrs(operator, campaign)
    (hint,) = skewed.get(f"/v3/campaign/{campaigns[AHEAD]}/why")["hints"]
    assert hint["code"] == "switch_clock_wrong"


def _judge_cdrs(operator: Operator, campaign: str) -> None:
    happened = {(line.call, line.event): line.at for line in operator.lines(campaign)}
    cdrs = operator.stack.get("/v3/cdr", campaign_uuid=campaign, limit=50)["data"]
    assert len(cdrs) == 3
    for cdr in cdrs:
        for field, event in (("time_started", "originated"), ("time_answered", "answered"), ("time_ended", "hangup")):
            at = happened.get((cdr["id"], event))
            assert (at is None) == (cdr[field] == "")
            if at is not None:
                assert abs(pendulum.parse(cdr[field], tz=ZONE).timestamp() - at) <= ROUNDING  # type: ignore[union-attr]


def _of(operator: Operator, campaign: str, event: str) -> list[Line]:
    return [line for line in operator.lines(campaign) if line.event == event]
