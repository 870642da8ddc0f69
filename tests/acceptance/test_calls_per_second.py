"""A carrier's calls per second, judged by the switch's log: paced inside the second, and not idle."""

from math import ceil

from tests.stack.operator import Operator, busiest, numbers_of
from worker.domain.switch_address import SwitchUrl
from worker.telephony.connection import open_connection

PER_SECOND = 20
BURST = ceil(PER_SECOND / 10) + 1
GATEWAY = "policed"
STAMPED_LATE_SECONDS = 0.0005
"""The log's stamps are taken one after the other."""
SLOWER = 8
"""How many times slower a machine is that runs two other worlds beside this one; `tests/bench` measures the pace."""


def police(operator: Operator, most: int) -> None:
    """Let the gateway's trunk answer 503 to calls beyond so many in any tenth of a second."""
    url = SwitchUrl.parse(operator.stack.environment["CALLBEAT_SWITCH_URLS"])
    connection = open_connection(url)
    assert connection.command(f"api police {GATEWAY} {most}").text == "+OK\n"
    connection.close()


def test_no_second_and_no_tenth_of_one_has_more_calls_than_the_carrier_may_begin(operator: Operator) -> None:
    police(operator, BURST)
    carrier = operator.carrier(calls_per_second=PER_SECOND, concurrent_call=90, gateway_uuid=GATEWAY)
    campaign = operator.campaign(carrier=carrier, concurrent_call=90)
    operator.import_leads(campaign, numbers_of("viettel", count=90, series=5))

    operator.start(campaign)
    operator.wait_until_over(campaign)

    dials = operator.dials(campaign)
    assert len(dials) == 90, "every number is answered at the first dial: the trunk refused nobody"
    assert [line for line in operator.lines(campaign) if line.event == "policed"] == []
    assert busiest(dials, seconds=1 - STAMPED_LATE_SECONDS) <= PER_SECOND
    assert busiest(dials, seconds=0.1 - STAMPED_LATE_SECONDS) <= BURST
    assert dials[-1].at - dials[0].at < SLOWER * len(dials) / PER_SECOND, "a limit is not a reason to idle"
