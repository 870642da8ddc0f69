"""Why one lead is not called now."""

from typing import Any

import pytest

from tests.builders import CAMPAIGN, HANOI, NOON, a_campaign, a_carrier
from worker.domain.call import CallState
from worker.domain.campaign import Campaign, Status
from worker.domain.ids import CallId, LeadId
from worker.domain.lead import Ending, Lane, Stage
from worker.domain.network import Network
from worker.domain.reason import Reason, Why
from worker.domain.recall import RecallPolicy
from worker.domain.standing import LeadStanding, why_not_called, why_not_next
from worker.domain.window import DAY_NS, Span, Week, Windows

HOUR_NS = DAY_NS // 24
AFTERNOON = Windows(zone=HANOI, rows=(Week.every_day(Span(14 * HOUR_NS, 18 * HOUR_NS)),))
OPENING = NOON.add(hours=2)


def a_standing(**changed: Any) -> LeadStanding:
    """Make a new lead that is due, of an active list."""
    given: dict[str, Any] = {
        "id": LeadId(CAMPAIGN),
        "campaign_id": CAMPAIGN,
        "network": Network.VIETTEL,
        "stage": Stage.NEW,
        "due_at": NOON,
        "ending": None,
        "called_count": 0,
        "last_outcome": None,
        "list_active": True,
        "do_not_call": False,
        "call_id": None,
        "call_state": None,
    }
    return LeadStanding(**(given | changed))


def said_of(lead: LeadStanding, *, campaign: Campaign | None = None, **changed: Any) -> tuple[Why, ...]:
    """Ask with a carrier, of a campaign that differs in this from one that runs."""
    return why_not_called(lead, campaign=campaign or a_campaign(**changed), carrier=a_carrier(), now=NOON)


def test_a_lead_that_waits_for_its_turn_only_is_held_back_by_nothing() -> None:
    lead = a_standing()

    assert said_of(lead) == ()


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (Ending.ANSWERED, Reason.ANSWERED),
        (Ending.NOT_RECALLED, Reason.NOT_RECALLED),
        (Ending.ATTEMPTS_USED, Reason.ATTEMPTS_USED),
        (Ending.DO_NOT_CALL, Reason.DO_NOT_CALL),
        (Ending.EXPIRED, Reason.EXPIRED),
    ],
)
def test_a_lead_that_is_done_says_how_it_ended_and_nothing_else(ending: Ending, reason: Reason) -> None:
    lead = a_standing(stage=Stage.DONE, ending=ending, list_active=False)

    assert said_of(lead, status=Status.STOP) == (Why(reason),)


def test_every_ending_has_its_word() -> None:
    endings = {said_of(a_standing(stage=Stage.DONE, ending=ending)) for ending in Ending}

    assert len(endings) == len(Ending)


def test_a_lead_that_is_being_called_says_so() -> None:
    lead = a_standing(stage=Stage.CALLING, call_id=CallId(CAMPAIGN), call_state=CallState.RINGING)

    assert said_of(lead, status=Status.STOP) == (Why(Reason.IN_CALL),)


def test_a_lead_that_may_never_be_called_does_not_say_when_it_is_due() -> None:
    later = NOON.add(hours=1)

    assert said_of(a_standing(due_at=later, do_not_call=True)) == (Why(Reason.DO_NOT_CALL),)
    assert said_of(a_standing(due_at=later, called_count=2), recall=RecallPolicy(times=1)) == (
        Why(Reason.ATTEMPTS_USED),
    )
    assert said_of(a_standing(due_at=later), expires_at=NOON) == (Why(Reason.EXPIRED, since=NOON),)


def test_a_lead_of_a_deleted_campaign_or_one_without_a_carrier_says_so() -> None:
    lead = a_standing()

    assert why_not_called(lead, campaign=None, carrier=None, now=NOON) == (Why(Reason.DELETED),)
    assert why_not_called(lead, campaign=a_campaign(carrier_id=None), carrier=None, now=NOON) == (
        Why(Reason.NO_CARRIER),
    )


def test_an_inactive_list_holds_its_leads_back() -> None:
    lead = a_standing(list_active=False)

    assert said_of(lead) == (Why(Reason.LIST_INACTIVE),)


def test_what_its_campaign_waits_for_holds_the_lead_back_too() -> None:
    lead = a_standing()

    assert said_of(lead, status=Status.STOP) == (Why(Reason.STOPPED),)
    assert said_of(lead, windows=AFTERNOON) == (Why(Reason.WINDOW_SHUT, until=OPENING),)


def test_a_lead_that_falls_due_outside_the_windows_waits_for_the_next_one_to_open() -> None:
    tomorrow = NOON.add(days=1)
    lead = a_standing(stage=Stage.RECALL, due_at=tomorrow.add(hours=8), called_count=1)

    said = said_of(lead, windows=AFTERNOON, recall=RecallPolicy(times=1))

    assert said == (Why(Reason.WINDOW_SHUT, until=OPENING), Why(Reason.NOT_DUE, until=OPENING.add(days=2)))
    assert said_of(lead, recall=RecallPolicy(times=1)) == (Why(Reason.NOT_DUE, until=lead.due_at),)


def test_a_code_asks_for_neither_status_nor_window() -> None:
    lead = a_standing(stage=Stage.OTP)
    again = a_standing(stage=Stage.OTP, due_at=NOON.add(minutes=1))

    assert lead.lane is Lane.OTP
    assert said_of(lead, status=Status.STOP, windows=AFTERNOON) == ()
    assert said_of(again, windows=AFTERNOON) == (Why(Reason.NOT_DUE, until=again.due_at),)


def test_how_full_the_limits_are_is_the_planners_to_say() -> None:
    lead = a_standing()

    assert said_of(lead, concurrent_call=0) == ()


def test_of_its_campaigns_reasons_a_lead_has_the_limits_of_its_own_network() -> None:
    reasons = (
        Why(Reason.CAMPAIGN_LIMIT, in_use=5, limit=5),
        Why(Reason.CAMPAIGN_NETWORK_LIMIT, network=Network.VIETTEL, in_use=2, limit=2),
        Why(Reason.NETWORK_NOT_SET_UP, network=Network.TEL),
        Why(Reason.LIST_INACTIVE),
    )

    assert why_not_next(a_standing(), of_campaign=reasons) == reasons[:2]
    assert why_not_next(a_standing(network=Network.TEL), of_campaign=reasons) == (reasons[0], reasons[2])
