"""The list of gateways, as a real switch gives it."""

import pytest

from worker.domain.errors import Unavailable
from worker.domain.gateway import Gateway
from worker.telephony.gateways import gateways_of

HEAD = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
UAS = """  <gateway>
    <name>uas</name>
    <profile>external</profile>
    <from>&lt;sip:trunkuser@127.0.0.1:5070&gt;</from>
    <pingtime>0.00</pingtime>
    <state>NOREG</state>
    <status>UP</status>
    <calls-out>87</calls-out>
    <failed-calls-out>15</failed-calls-out>
  </gateway>
"""
DOWN = UAS.replace("uas", "down").replace("UP", "DOWN").replace("87", "0").replace("15", "0")


def test_every_gateway_is_read_with_its_state() -> None:
    assert gateways_of(f"{HEAD}<gateways>\n{UAS}{DOWN}</gateways>\n") == [
        Gateway(name="uas", profile="external", is_up=True, state="NOREG", calls_out=87, failed_calls_out=15),
        Gateway(name="down", profile="external", is_up=False, state="NOREG"),
    ]


def test_one_gateway_comes_without_a_list_around_it() -> None:
    assert [gateway.name for gateway in gateways_of(HEAD + UAS)] == ["uas"]


def test_a_switch_without_gateways_has_none() -> None:
    assert gateways_of(f"{HEAD}<gateways>\n</gateways>\n") == []


@pytest.mark.parametrize("answer", ["", "-ERR sofia Command not found!\n", "Invalid Gateway!\n", "<gateways>"])
def test_another_answer_is_no_list(answer: str) -> None:
    with pytest.raises(Unavailable):
        gateways_of(answer)
