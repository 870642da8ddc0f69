"""How a carrier dials, judged by the switch's log: the form of numbers, prefixes, and no call without a caller id."""

import pytest

from tests.stack.operator import Operator, numbers_of


@pytest.mark.parametrize(
    ("number_format", "prefix", "begins"),
    [("national", "9#", "9%230"), ("e164", "", "84"), ("+e164", "", "+84")],
)
def test_a_number_goes_out_as_the_trunk_wants_it(
    operator: Operator, number_format: str, prefix: str, begins: str
) -> None:
    carrier = operator.carrier(dial_type="channel_one_for_all", number_format=number_format, prefix=prefix)
    campaign = operator.campaign(carrier=carrier)
    numbers = numbers_of("viettel", count=2, last_digit="1", series=3)
    operator.import_leads(campaign, numbers)

    operator.start(campaign)
    operator.wait_until_over(campaign)

    dialled = {line.number for line in operator.dials(campaign)}
    assert dialled == {begins + number.removeprefix("0") for number in numbers}


def test_nobody_is_called_without_a_caller_id(operator: Operator) -> None:
    carrier = operator.carrier(caller_id="")
    campaign = operator.campaign(carrier=carrier)
    operator.import_leads(campaign, numbers_of("viettel", count=2, last_digit="1", series=4))

    refused = operator.stack.api.post(f"/v3/campaign/{campaign}/run/start")
    operator.put_carrier(carrier, caller_id="02873003586")
    operator.start(campaign)
    operator.wait_until_over(campaign)

    assert (refused.status_code, refused.json()) == (400, {"error": "caller_id of the carrier is missing"})
    assert {line.caller_id for line in operator.dials(campaign)} == {"02873003586"}
