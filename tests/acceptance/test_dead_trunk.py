"""A trunk that is dead, silent, failing or down burns no leads: judged by the switch's own log, on both databases."""

import time
from itertools import count

import pytest

from tests.stack.operator import Operator, numbers_of
from tests.stack.waiting import wait_until
from worker.domain.switch_address import SwitchUrl
from worker.domain.trunk import RUN_OPENS, TRIAL_CALLS, UNPROVEN_CALLS
from worker.simulator.log import Line
from worker.telephony.connection import open_connection

GATEWAYS = count(1)
LEADS = 150
WATCHED_SECONDS = 6
"""A carrier that nobody slows down has begun hundreds of calls by then."""


class Trunk:
    """A carrier with 120 channels over a gateway of its own, and a campaign that may use them all."""

    def __init__(self, operator: Operator, state: str, *, leads: int = LEADS, **changed: object) -> None:
        self._operator = operator
        self.gateway = f"trunk-{next(GATEWAYS)}"
        self.set(state)
        self.carrier = operator.carrier(gateway_uuid=self.gateway, concurrent_call=120)
        self.campaign = operator.campaign(carrier=self.carrier, concurrent_call=120, **changed)
        operator.import_leads(self.campaign, numbers_of("viettel", count=leads))

    def set(self, state: str) -> None:
        """Change what the far side does, from the next call on."""
        connection = open_connection(SwitchUrl.parse(self._operator.stack.environment["CALLBEAT_SWITCH_URLS"]))
        assert connection.command(f"api trunk {self.gateway} {state}").text == "+OK\n"
        connection.close()

    def lines(self) -> list[Line]:
        """Read what the switch did with calls of this gateway."""
        return [line for line in self._operator.stack.carried() if line.gateway == self.gateway]

    def dials(self) -> list[Line]:
        """Read the originates that the switch got, refused ones included."""
        return [line for line in self.lines() if line.event in {"originated", "refused"}]

    def attempts(self) -> int:
        """Count the attempts that were used."""
        return int(self._operator.monitor(self.campaign)["total_called"])

    def why(self) -> dict[str, object]:
        """Read the one reason that names the trunk."""
        reasons = self._operator.reasons(self.campaign)
        (code,) = reasons.keys() & {"carrier_failing", "gateway_down", "gateway_unknown"}
        return reasons[code]

    def wait_until_it_fails(self) -> dict[str, object]:
        """Wait until ``why`` names the trunk."""
        failing = {"carrier_failing", "gateway_down", "gateway_unknown"}
        wait_until(lambda: bool(self._operator.reasons(self.campaign).keys() & failing), seconds=30)
        return self.why()

    def recovers(self, *, seconds: float) -> float:
        """Mend the trunk; give the seconds until ten calls were answered."""
        self.set("up")
        mended = time.time()
        wait_until(lambda: self._answered_since(mended) >= UNPROVEN_CALLS, seconds=seconds)
        return time.time() - mended

    def _answered_since(self, moment: float) -> int:
        return sum(line.event == "answered" and line.at > moment for line in self.lines())


def test_a_dead_trunk_gets_few_calls_and_uses_no_attempt_and_goes_on_when_it_is_mended(operator: Operator) -> None:
    trunk = Trunk(operator, "dead")

    started = operator.start(trunk.campaign)
    why = trunk.wait_until_it_fails()
    wait_until(lambda: time.time() >= started + 20, seconds=25)

    dials = [line for line in trunk.dials() if line.at < started + 20]
    assert RUN_OPENS <= len(dials) <= 30
    assert trunk.attempts() == 0
    assert (why["code"], why["cause"]) == ("carrier_failing", "NORMAL_TEMPORARY_FAILURE")
    assert why["since"]
    assert trunk.why()["until"]
    assert {line.why for line in trunk.lines() if line.event == "hangup"} == {"no_reply"}

    trunk.recovers(seconds=60)
    operator.wait_until_over(trunk.campaign, seconds=90)

    assert trunk.attempts() == LEADS
    assert "carrier_failing" not in operator.reasons(trunk.campaign)
    answered = [line.number for line in trunk.lines() if line.event == "answered"]
    assert len(answered) == len(set(answered)) == LEADS


def test_a_trunk_that_dies_in_mid_run_keeps_its_leads(operator: Operator) -> None:
    trunk = Trunk(operator, "up", leads=400)
    operator.start(trunk.campaign)
    wait_until(lambda: len(trunk.dials()) > 130, seconds=30)

    trunk.set("dead")
    trunk.wait_until_it_fails()
    wait_until(lambda: operator.monitor(trunk.campaign)["total_incall"] <= TRIAL_CALLS, seconds=30)
    answered = {line.number for line in trunk.lines() if line.event == "answered"}

    assert trunk.attempts() <= len(answered) + TRIAL_CALLS
    trunk.recovers(seconds=60)


def test_a_silent_trunk_is_not_taken_for_callees_who_do_not_pick_up(operator: Operator) -> None:
    trunk = Trunk(operator, "silent", call_timeout=5)

    operator.start(trunk.campaign)
    trunk.wait_until_it_fails()

    assert trunk.attempts() == 0
    assert trunk.why()["cause"] == "NO_ANSWER"
    assert {line.cause for line in trunk.lines() if line.event == "hangup"} == {"NO_ANSWER"}
    trunk.recovers(seconds=40)


@pytest.mark.parametrize(("state", "code"), [("down", "gateway_down")])
def test_a_gateway_that_is_down_is_named_and_uses_no_attempt(operator: Operator, state: str, code: str) -> None:
    trunk = Trunk(operator, state)

    started = operator.start(trunk.campaign)
    why = trunk.wait_until_it_fails()
    wait_until(lambda: time.time() >= started + WATCHED_SECONDS, seconds=15)

    assert (why["code"], why["cause"]) == (code, "GATEWAY_DOWN")
    assert len([line for line in trunk.dials() if line.at < started + WATCHED_SECONDS]) <= 30
    assert trunk.attempts() == 0
    trunk.recovers(seconds=40)


@pytest.mark.parametrize(
    ("state", "cause"), [("failing", "NORMAL_TEMPORARY_FAILURE"), ("congested", "NORMAL_CIRCUIT_CONGESTION")]
)
def test_a_trunk_that_replies_503_to_all_is_slowed_down(operator: Operator, state: str, cause: str) -> None:
    trunk = Trunk(operator, state)

    started = operator.start(trunk.campaign)
    why = trunk.wait_until_it_fails()
    wait_until(lambda: time.time() >= started + WATCHED_SECONDS, seconds=15)

    assert (why["code"], why["cause"]) == ("carrier_failing", cause)
    assert trunk.attempts() <= 30
    data = operator.stack.get("/v3/cdr", campaign_uuid=trunk.campaign, limit=50)["data"]
    assert {cdr["status"] for cdr in data} == {"congestion"}
    trunk.recovers(seconds=40)
