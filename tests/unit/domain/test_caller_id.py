"""A call that has no number for the callee to see is not planned and not dialled."""

import pytest

from tests.builders import NOON, a_campaign, a_carrier, a_situation
from worker.domain.caller_id import why_no_caller_id
from worker.domain.campaign import Mode
from worker.domain.carrier import Carrier, DialType
from worker.domain.network import Network
from worker.domain.planner import calls_to_start
from worker.domain.reason import Reason, Why

V = Network.VIETTEL
NONE = Why(Reason.NO_CALLER_ID)
BY_NETWORK = DialType.SIP_RANDOM_BY_NETWORK
A_GROUP = a_carrier(dial_type=BY_NETWORK, caller_ids=(), network_caller_ids={V: ("0281",)})


@pytest.mark.parametrize(
    ("carrier", "mode", "why"),
    [
        (a_carrier(), Mode.DIRECT, None),
        (a_carrier(caller_ids=()), Mode.DIRECT, NONE),
        (a_carrier(caller_ids=()), Mode.SERIAL, NONE),
        (a_carrier(dial_type=DialType.SIP_RANDOM, caller_ids=()), Mode.DIRECT, NONE),
        (a_carrier(dial_type=BY_NETWORK, caller_ids=()), Mode.DIRECT, NONE),
        (A_GROUP, Mode.DIRECT, None),
        (a_carrier(dial_type=DialType.CHANNEL_PREFIX, caller_ids=()), Mode.DIRECT, NONE),
        (a_carrier(dial_type=DialType.CHANNEL_PREFIX, caller_ids=()), Mode.SERIAL, None),
        (a_carrier(dial_type=DialType.CHANNEL_ONE, caller_ids=()), Mode.PARALLEL, None),
    ],
)
def test_which_carriers_can_show_a_number(carrier: Carrier, mode: Mode, why: Why | None) -> None:
    assert why_no_caller_id(a_campaign(mode=mode), carrier) == why


def test_a_plan_starts_nothing_without_a_caller_id_and_says_why() -> None:
    campaign = a_campaign()
    situation = a_situation(campaign, carrier=a_carrier(caller_ids=()), due={campaign.id: {V: 5}})

    plan = calls_to_start(situation, now=NOON)

    assert plan.grants == ()
    assert NONE in plan.reasons[campaign.id]
