"""Which prefix and caller id a call gets."""

from typing import Any

import pytest

from tests.builders import a_carrier
from worker.domain.carrier import DialType, Route, route
from worker.domain.network import Network
from worker.domain.number_format import NumberFormat

V, M = Network.VIETTEL, Network.MOBI
POOL = ("0281", "0282", "0283")


def test_one_caller_id_for_all() -> None:
    assert route(a_carrier(caller_ids=POOL), network=V, chance=0.0) == Route("", "0281")
    assert route(a_carrier(caller_ids=()), network=V, chance=0.0) == Route("", "")


def test_a_network_without_a_group_shows_a_number_of_the_others() -> None:
    carrier = a_carrier(dial_type=DialType.SIP_RANDOM_BY_NETWORK, caller_ids=(), network_caller_ids={V: ("0971",)})

    assert route(carrier, network=M, chance=0.0).caller_id == "0971"


def test_random_caller_ids_use_the_whole_pool() -> None:
    carrier = a_carrier(dial_type=DialType.SIP_RANDOM, caller_ids=POOL)

    shown = {route(carrier, network=V, chance=step / 50).caller_id for step in range(50)}

    assert shown == set(POOL)


def test_random_by_network_uses_the_group_of_the_network_or_else_the_pool() -> None:
    carrier = a_carrier(dial_type=DialType.SIP_RANDOM_BY_NETWORK, caller_ids=POOL, network_caller_ids={V: ("0971",)})

    assert route(carrier, network=V, chance=0.0).caller_id == "0971"
    assert route(carrier, network=M, chance=0.0).caller_id in POOL


def test_prefixes_for_all_and_by_network() -> None:
    one = a_carrier(dial_type=DialType.CHANNEL_ONE, prefix="9", caller_ids=POOL)
    each = a_carrier(dial_type=DialType.CHANNEL_PREFIX, network_prefixes={V: "71"}, caller_ids=())

    assert route(one, network=V, chance=0.0) == Route("9", "0281")
    assert route(each, network=V, chance=0.0) == Route("71", "")
    assert route(each, network=M, chance=0.0) == Route("", "")


@pytest.mark.parametrize(
    ("carrier", "can_dial"),
    [
        ({"dial_type": DialType.CHANNEL_ONE, "prefix": "9+"}, set()),
        ({"dial_type": DialType.CHANNEL_ONE, "prefix": "99"}, {V, M}),
        ({"dial_type": DialType.CHANNEL_ONE, "prefix": "99", "number_format": NumberFormat.PLUS_E164}, set()),
        ({"dial_type": DialType.CHANNEL_PREFIX, "network_prefixes": {V: "++84"}}, {M}),
        ({"dial_type": DialType.SIP_ONE, "prefix": "9+"}, {V, M}),
    ],
)
def test_a_network_whose_prefix_cannot_be_dialled_is_not_dialled(
    carrier: dict[str, Any], can_dial: set[Network]
) -> None:
    assert {network for network in (V, M) if a_carrier(**carrier).can_dial(network)} == can_dial
