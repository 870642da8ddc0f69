import pytest

from tests.builders import shipped_outcome
from tests.builders.recordings import recorded_events
from tests.unit.telephony.test_translation import LISTENING
from worker.domain.call import HungUp, Outcome
from worker.domain.hangup import Hangup
from worker.telephony.causes import REFUSALS, hangup_of
from worker.telephony.translation import Translation


@pytest.mark.parametrize(
    ("recording", "outcome", "cause", "disposition"),
    [
        ("answered-bye-by-callee", Outcome.ANSWERED, "NORMAL_CLEARING", "recv_bye"),
        ("busy-486", Outcome.BUSY, "USER_BUSY", "recv_refuse"),
        ("unavailable-480", Outcome.NOT_AVAILABLE, "NO_USER_RESPONSE", "recv_refuse"),
        ("not-found-404", Outcome.INVALID_NUMBER, "UNALLOCATED_NUMBER", "recv_refuse"),
        ("service-unavailable-503", Outcome.CONGESTION, "NORMAL_TEMPORARY_FAILURE", "recv_refuse"),
        ("no-answer-timeout", Outcome.NO_ANSWERED, "NO_ANSWER", "send_cancel"),
        ("declined-603", Outcome.BUSY, "CALL_REJECTED", "recv_refuse"),
    ],
)
@pytest.mark.parametrize("kind", ["plain", "json"])
def test_a_recorded_call_has_its_outcome(
    kind: str, recording: str, outcome: Outcome, cause: str, disposition: str
) -> None:
    hung_up = _end_of(f"{kind}-{recording}")

    assert (shipped_outcome(hung_up.end), hung_up.cause, hung_up.hangup_disposition) == (outcome, cause, disposition)


@pytest.mark.parametrize(
    ("recording", "outcome"),
    [
        ("plain-answered-bye-by-us", Outcome.ANSWERED),
        ("plain-quoted-unicode-variable", Outcome.ANSWERED),
        ("killed-by-us", Outcome.NO_ANSWERED),
    ],
)
def test_a_call_that_we_ended_was_answered_only_if_it_was(recording: str, outcome: Outcome) -> None:
    assert shipped_outcome(_end_of(recording).end) is outcome


def test_the_facts_of_an_end_are_those_that_the_switch_told() -> None:
    refused, ended_by_us = _end_of("json-503-reason-34-retry-after").end, _end_of("plain-answered-bye-by-us").end

    assert refused == Hangup(cause="NORMAL_CIRCUIT_CONGESTION", answered=False, q850=34, sip_status=503, replied=True)
    assert ended_by_us == Hangup(cause="NORMAL_CLEARING", answered=True, q850=16, by_us=True, rang=True, replied=True)


@pytest.mark.parametrize("told", ["", "²", "486.0", "99999", "sip:486"])
def test_a_status_that_is_no_number_is_none(told: str) -> None:
    event = {"Hangup-Cause": "USER_BUSY", "variable_sip_term_status": told, "variable_hangup_cause_q850": told}

    assert hangup_of(event, answered=False, rang=False) == Hangup(cause="USER_BUSY", answered=False, replied=False)


def test_what_a_callee_can_do_is_never_a_refusal_of_the_switch() -> None:
    assert not REFUSALS & {"USER_BUSY", "CALL_REJECTED", "NO_ANSWER", "NO_USER_RESPONSE", "NORMAL_CLEARING"}


def _end_of(recording: str) -> HungUp:
    news = Translation(listening_since=LISTENING).read(recorded_events(recording), at=0.0)
    (hung_up,) = [event for event in news if isinstance(event, HungUp)]
    return hung_up
