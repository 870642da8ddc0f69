"""The number plan that everybody starts with."""

from datetime import date

import pytest

from tests.builders import NOON, SHIPPED_PLAN
from worker.domain.network import Network
from worker.domain.number_plan import Source
from worker.store.records.number_plan import shipped_rules

TODAY = NOON.date()
PREFIXES = {
    Network.VIETTEL: "032 033 034 035 036 037 038 039 086 096 097 098",
    Network.MOBI: "070 076 077 078 079 089 090 093",
    Network.VINA: "081 082 083 084 085 088 091 094",
    Network.OFFNET: "052 055 056 058 059 087 092 0993 0994 0995 0996 0997 0998 0999",
    Network.TEL: "0203 0216 0218 0222 0225 0229 0232 0239 024 0251 0252 0254 0263 0269 0277 028 0290 0294 0296 0299",
}


@pytest.mark.parametrize(
    ("prefix", "network"), [(prefix, network) for network, text in PREFIXES.items() for prefix in text.split()]
)
def test_every_prefix_has_its_network(prefix: str, network: Network) -> None:
    length = 11 if network is Network.TEL else 10

    assert SHIPPED_PLAN.network_of(prefix.ljust(length, "1"), on=TODAY) is network


@pytest.mark.parametrize(
    "number", ["0992234567", "0501234567", "0541234567", "0651234567", "02171234567", "02981234567"]
)
def test_other_prefixes_have_none(number: str) -> None:
    assert SHIPPED_PLAN.network_of(number, on=TODAY) is None


@pytest.mark.parametrize(
    ("prefix", "network"),
    [
        ("030", Network.MOBI),
        ("031", Network.VIETTEL),
        ("051", Network.MOBI),
        ("0672", Network.OFFNET),
        ("095", Network.OFFNET),
        ("0990", Network.OFFNET),
        ("0991", Network.OFFNET),
    ],
)
def test_newer_prefixes_hold_since_the_day_on_which_they_were_known(prefix: str, network: Network) -> None:
    number = prefix.ljust(10, "1")

    assert SHIPPED_PLAN.network_of(number, on=date(2026, 11, 5)) is None
    assert SHIPPED_PLAN.network_of(number, on=date(2026, 11, 6)) is network


def test_the_prefixes_of_old_mobiles_hold_since_their_conversion() -> None:
    plan = SHIPPED_PLAN

    assert plan.network_of("0321234567", on=date(2018, 9, 14)) is None
    assert plan.network_of("0321234567", on=date(2018, 9, 15)) is Network.VIETTEL
    assert plan.network_of("0981234567", on=date(2018, 9, 14)) is Network.VIETTEL


def test_each_prefix_is_shipped_once() -> None:
    rules = shipped_rules()

    assert len({rule.prefix for rule in rules}) == len(rules)
    assert {rule.source for rule in rules} == {Source.SHIPPED}
