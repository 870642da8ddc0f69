"""The last word before a dial, by the settings of that moment."""

from collections import Counter
from dataclasses import replace
from uuid import UUID

import pytest

from tests.builders import CARRIER, HANOI, NOON, a_campaign, a_carrier
from worker.domain.campaign import Campaign, Mode, Status
from worker.domain.carrier import Carrier
from worker.domain.dial import CallsUp, QueuedCall, why_not_dial
from worker.domain.ids import CarrierId
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.reason import Reason, Why
from worker.domain.recall import RecallPolicy
from worker.domain.window import Span, Week, Windows

V = Network.VIETTEL
HOUR = 3_600_000_000_000
NEVER = Windows(HANOI, (Week.every_day(Span(0, 0)),))
A_CALL = QueuedCall(V, attempt=1, carrier_id=CARRIER, do_not_call=False, lane=Lane.LIST, list_active=True)


def asked(
    call: QueuedCall = A_CALL,
    *,
    campaign: Campaign | None = None,
    carrier: Carrier | None = None,
    up: CallsUp | None = None,
    tenant_cap: int | None = None,
) -> Why | None:
    return why_not_dial(
        call,
        campaign=campaign or a_campaign(),
        carrier=carrier or a_carrier(),
        up=up or CallsUp(),
        tenant_cap=tenant_cap,
        now=NOON,
    )


def test_a_call_within_the_rules_goes_out() -> None:
    assert asked() is None


@pytest.mark.parametrize(
    ("campaign", "why"),
    [
        (a_campaign(status=Status.STOP), Why(Reason.STOPPED)),
        (a_campaign(status=Status.PAUSE), Why(Reason.PAUSED)),
        (a_campaign(active=False), Why(Reason.INACTIVE)),
        (a_campaign(windows=NEVER), Why(Reason.NEVER_OPEN)),
        (a_campaign(carrier_id=None), Why(Reason.NO_CARRIER)),
        (a_campaign(expires_at=NOON), Why(Reason.EXPIRED, since=NOON)),
    ],
)
def test_a_change_after_queueing_stops_the_call(campaign: Campaign, why: Why) -> None:
    assert asked(campaign=campaign) == why


@pytest.mark.parametrize("campaign", [a_campaign(status=status, windows=NEVER) for status in Status])
def test_a_code_passes_status_and_windows(campaign: Campaign) -> None:
    assert asked(replace(A_CALL, lane=Lane.OTP), campaign=campaign) is None
    assert asked(replace(A_CALL, lane=Lane.SINGLE), campaign=campaign) is not None


def test_a_code_passes_nothing_else() -> None:
    code = replace(A_CALL, lane=Lane.OTP)
    one_up = CallsUp(campaign=Counter({V: 1}))

    refused = [
        asked(code, campaign=a_campaign(active=False)),
        asked(code, campaign=a_campaign(expires_at=NOON)),
        asked(replace(code, do_not_call=True)),
        asked(replace(code, list_active=False)),
        asked(code, campaign=a_campaign(concurrent_call=1), up=one_up),
    ]

    assert [why and why.reason for why in refused] == [
        Reason.INACTIVE,
        Reason.EXPIRED,
        Reason.DO_NOT_CALL,
        Reason.LIST_INACTIVE,
        Reason.LIMIT_LOWERED,
    ]


def test_a_call_of_a_deleted_campaign_or_another_carrier_is_not_dialled() -> None:
    def found(campaign: Campaign | None, carrier: Carrier | None) -> Why | None:
        return why_not_dial(A_CALL, campaign=campaign, carrier=carrier, up=CallsUp(), tenant_cap=None, now=NOON)

    assert found(None, a_carrier()) == Why(Reason.DELETED)
    assert found(a_campaign(), None) == Why(Reason.NO_CARRIER)
    assert found(a_campaign(), a_carrier(id=CarrierId(UUID(int=77)))) == Why(Reason.CARRIER_CHANGED)


def test_do_not_call_used_attempts_and_an_inactive_list_stop_the_call() -> None:
    once_more = a_campaign(recall=RecallPolicy(times=1))

    assert asked(replace(A_CALL, do_not_call=True)) == Why(Reason.DO_NOT_CALL)
    assert asked(replace(A_CALL, attempt=2), campaign=once_more) is None
    assert asked(replace(A_CALL, attempt=3), campaign=once_more) == Why(Reason.ATTEMPTS_USED)
    assert asked(replace(A_CALL, list_active=False)) == Why(Reason.LIST_INACTIVE)


LOWERED = Why(Reason.LIMIT_LOWERED, in_use=2, limit=2)
LOWERED_ON_V = replace(LOWERED, network=V)


@pytest.mark.parametrize(
    ("campaign", "carrier", "tenant_cap", "why"),
    [
        (a_campaign(concurrent_call=2), a_carrier(), None, LOWERED),
        (a_campaign(network={V: 2}), a_carrier(), None, LOWERED_ON_V),
        (a_campaign(), a_carrier(concurrent_call=2), None, LOWERED),
        (a_campaign(mode=Mode.SERIAL), a_carrier(network={V: 2}), None, LOWERED_ON_V),
        (a_campaign(mode=Mode.PARALLEL, network={V: 9}), a_carrier(network={V: 2}), None, LOWERED_ON_V),
        (a_campaign(), a_carrier(), 2, LOWERED),
    ],
)
def test_a_lowered_limit_governs_the_very_next_dial(
    campaign: Campaign, carrier: Carrier, tenant_cap: int | None, why: Why
) -> None:
    one_up = CallsUp(campaign=Counter({V: 1}), carrier=Counter({V: 1}), tenant=Counter({V: 1}))
    before = asked(campaign=campaign, carrier=carrier, up=one_up, tenant_cap=tenant_cap)

    one_up.count(V)

    assert before is None
    assert asked(campaign=campaign, carrier=carrier, up=one_up, tenant_cap=tenant_cap) == why


def test_the_calls_per_second_are_not_judged_here_but_asked_of_their_bucket() -> None:
    many_up = CallsUp(campaign=Counter({V: 3}), carrier=Counter({V: 3}))

    assert asked(carrier=a_carrier(calls_per_second=1), up=many_up) is None
