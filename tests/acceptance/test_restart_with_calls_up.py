"""Everything restarts while calls are up, or their switch does: nobody who answered is called again."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stack.operator import Operator, numbers_of
from tests.stack.restartable import Installation, installed
from tests.stack.waiting import wait_until
from worker.domain.timing import RESTART_NOTICED_WITHIN
from worker.simulator.log import Line, dials_by_number

CALLEES = 6
SPEED = 0.3
"""A callee rings for 3 s and talks for 10 s: long enough to kill everything meanwhile."""
PATIENCE_SECONDS = 240
CERTAIN_SECONDS = RESTART_NOTICED_WITHIN.total_seconds() + 1
"""A call that was dialled so long before a restart is certainly over, and LOST; a later one is UNKNOWN."""
RECALLED = {"recall_times": 2, "recall_status": ["failed"], "schedule_recall": "after"}

pytestmark = pytest.mark.slow(seconds=60)


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """Run everything, with a switch that posts CDRs or does not."""
    with installed(tmp_path, speed=SPEED, posts_cdrs=request.param) as installation:
        yield installation


def start_calls(operator: Operator) -> str:
    """Start a campaign whose callees all answer; return when they have been dialled."""
    receiver = operator.stack.receiver.url
    campaign = operator.campaign(
        carrier=operator.carrier(), concurrent_call=CALLEES, call_timeout=60, callback_url=receiver, **RECALLED
    )
    operator.import_leads(campaign, numbers_of("viettel", count=CALLEES))
    operator.start(campaign)
    operator.wait_for_dials(campaign, dials=CALLEES, seconds=PATIENCE_SECONDS)
    return campaign


def lines_of(operator: Operator, campaign: str, event: str) -> list[Line]:
    return [line for line in operator.lines(campaign) if line.event == event]


def wait_until_all_have_hung_up(operator: Operator, campaign: str) -> None:
    wait_until(lambda: len(lines_of(operator, campaign, "hangup")) == CALLEES, seconds=PATIENCE_SECONDS)


def cdrs_of(operator: Operator, campaign: str) -> list[dict[str, Any]]:
    return list(operator.stack.get("/v3/cdr", campaign_uuid=campaign, limit=50)["data"])


def causes_of(operator: Operator, campaign: str) -> set[tuple[str, str]]:
    return {(cdr["status"], cdr["cause"]) for cdr in cdrs_of(operator, campaign)}


def seconds_talked(operator: Operator, campaign: str) -> dict[str, int]:
    """Return what the switch's own log says, counted as switches count."""
    answered = {line.call: int(line.at) for line in lines_of(operator, campaign, "answered")}
    return {line.call: int(line.at) - answered[line.call] for line in lines_of(operator, campaign, "hangup")}


@pytest.mark.parametrize("place", [True], indirect=True)
def test_after_a_restart_the_switch_says_what_became_of_the_calls(place: Installation) -> None:
    operator = Operator(place.stack)
    campaign = start_calls(operator)

    place.kill()
    wait_until_all_have_hung_up(operator, campaign)
    place.start()
    operator.wait_until_over(campaign, seconds=PATIENCE_SECONDS)

    wait_until(lambda: causes_of(operator, campaign) == {("answered", "NORMAL_CLEARING")}, seconds=60)
    cdrs = cdrs_of(operator, campaign)
    assert set(dials_by_number(operator.lines(campaign)).values()) == {1}
    talked = seconds_talked(operator, campaign)
    assert len(talked) == CALLEES
    assert all(abs(cdr["billsec"] - talked[cdr["id"]]) <= 1 for cdr in cdrs), (cdrs, talked)
    receiver = operator.stack.receiver
    wait_until(lambda: {receiver.cdrs.get(call, {}).get("status") for call in talked} == {"answered"}, seconds=60)


@pytest.mark.parametrize("place", [False], indirect=True)
def test_without_a_second_source_the_end_is_unknown_and_nobody_is_called_again(place: Installation) -> None:
    operator = Operator(place.stack)
    campaign = start_calls(operator)

    place.kill()
    wait_until_all_have_hung_up(operator, campaign)
    place.start()
    operator.wait_until_over(campaign, seconds=PATIENCE_SECONDS)

    assert set(dials_by_number(operator.lines(campaign)).values()) == {1}
    cdrs = cdrs_of(operator, campaign)
    assert {cdr["cause"] for cdr in cdrs} == {"UNKNOWN"}
    assert {cdr["status"] for cdr in cdrs} <= {"failed", "answered"}
    talked = seconds_talked(operator, campaign)
    assert all(cdr["billsec"] <= talked[cdr["id"]] + 1 for cdr in cdrs), "nobody is billed for the time of the restart"


@pytest.mark.parametrize("place", [True], indirect=True)
def test_calls_of_a_switch_that_was_killed_are_lost_and_called_again(place: Installation) -> None:
    operator = Operator(place.stack)
    campaign = start_calls(operator)
    wait_until(lambda: lines_of(operator, campaign, "progress") != [], seconds=PATIENCE_SECONDS)

    place.kill_switch()
    last_dial = max(line.at for line in lines_of(operator, campaign, "originated"))
    wait_until(lambda: time.time() > last_dial + CERTAIN_SECONDS, seconds=PATIENCE_SECONDS)
    place.start_switch()
    wait_until(lambda: len(operator.dials(campaign)) == 2 * CALLEES, seconds=PATIENCE_SECONDS)
    operator.wait_until_over(campaign, seconds=PATIENCE_SECONDS)

    causes = sorted(cdr["cause"] for cdr in cdrs_of(operator, campaign))
    assert causes == ["LOST"] * CALLEES + ["NORMAL_CLEARING"] * CALLEES
