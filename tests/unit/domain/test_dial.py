"""The last word before a dial, by the settings of that moment."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from tests.builders import CARRIER, HANOI, NOON, a_campaign, a_carrier
from worker.domain.campaign import Campaign, Mode, Status
from worker.domain.carrier import Carrier
from worker.domain.dial import CallsUp, QueuedCall, why_not_dial
from worker.domain.ids import CarrierId
from worker.domain.network import Network
from worker.domain.reason import Reason
from worker.domain.recall import RecallPolicy
from worker.domain.window import Span, Week, Windows

V = Network.VIETTEL
NEVER = Windows(HANOI, (Week.every_day(Span(0, 0)),))


def asked(
    *, campaign: Campaign | None = None, carrier: Carrier | None = None, up: CallsUp | None = None, **changed: Any
) -> Reason | None:
    call: dict[str, Any] = {"network": V, "attempt": 1, "carrier_id": CARRIER, "do_not_call": False}
    return why_not_dial(
        QueuedCall(**(call | changed)),
        campaign=campaign or a_campaign(),
        carrier=carrier or a_carrier(),
        up=up or CallsUp(),
        now=NOON,
    )


def test_a_call_within_the_rules_goes_out() -> None:
    assert asked() is None


@pytest.mark.parametrize(
    ("campaign", "reason"),
    [
        (a_campaign(status=Status.STOP), Reason.STOPPED),
        (a_campaign(status=Status.PAUSE), Reason.PAUSED),
        (a_campaign(active=False), Reason.INACTIVE),
        (a_campaign(windows=NEVER), Reason.WINDOW_SHUT),
        (a_campaign(carrier_id=None), Reason.NO_CARRIER),
    ],
)
def test_a_change_after_queueing_stops_the_call(campaign: Campaign, reason: Reason) -> None:
    assert asked(campaign=campaign) is reason


def test_a_call_of_a_deleted_campaign_or_another_carrier_is_not_dialled() -> None:
    call = QueuedCall(V, attempt=1, carrier_id=CARRIER, do_not_call=False)

    assert why_not_dial(call, campaign=None, carrier=a_carrier(), up=CallsUp(), now=NOON) is Reason.DELETED
    assert why_not_dial(call, campaign=a_campaign(), carrier=None, up=CallsUp(), now=NOON) is Reason.NO_CARRIER
    assert asked(carrier_id=CarrierId(UUID(int=77))) is Reason.CARRIER_CHANGED


def test_do_not_call_and_used_attempts_stop_the_call() -> None:
    assert asked(do_not_call=True) is Reason.DO_NOT_CALL
    assert asked(campaign=a_campaign(recall=RecallPolicy(times=1)), attempt=3) is Reason.ATTEMPTS_USED


@pytest.mark.parametrize(
    ("campaign", "carrier"),
    [
        (a_campaign(concurrent_call=2), a_carrier()),
        (a_campaign(network={V: 2}), a_carrier()),
        (a_campaign(), a_carrier(concurrent_call=2)),
        (a_campaign(mode=Mode.SERIAL), a_carrier(network={V: 2})),
        (a_campaign(mode=Mode.PARALLEL, network={V: 9}), a_carrier(network={V: 2})),
    ],
)
def test_a_lowered_limit_governs_the_very_next_dial(campaign: Campaign, carrier: Carrier) -> None:
    one_up = CallsUp(campaign=Counter({V: 1}), carrier=Counter({V: 1}))
    before = asked(campaign=campaign, carrier=carrier, up=one_up)

    one_up.count(V)

    assert before is None
    assert asked(campaign=campaign, carrier=carrier, up=one_up) is Reason.LIMIT_LOWERED
