import pytest

from tests.builders.recordings import recorded_events
from tests.unit.telephony.test_translation import LISTENING
from worker.domain.call import HungUp, Outcome
from worker.telephony.causes import REFUSALS, Hangup, outcome_of
from worker.telephony.translation import Translation


@pytest.mark.parametrize(
    ("recording", "outcome", "cause", "disposition"),
    [
        ("answered-bye-by-callee", Outcome.ANSWERED, "NORMAL_CLEARING", "recv_bye"),
        ("busy-486", Outcome.BUSY, "USER_BUSY", "recv_refuse"),
        ("unavailable-480", Outcome.NOT_AVAILABLE, "NO_USER_RESPONSE", "recv_refuse"),
        ("not-found-404", Outcome.INVALID_NUMBER, "UNALLOCATED_NUMBER", "recv_refuse"),
        ("service-unavailable-503", Outcome.NOT_AVAILABLE, "NORMAL_TEMPORARY_FAILURE", "recv_refuse"),
        ("no-answer-timeout", Outcome.NO_ANSWERED, "NO_ANSWER", "send_cancel"),
        ("declined-603", Outcome.BUSY, "CALL_REJECTED", "recv_refuse"),
    ],
)
@pytest.mark.parametrize("kind", ["plain", "json"])
def test_a_recorded_call_has_its_outcome(
    kind: str, recording: str, outcome: Outcome, cause: str, disposition: str
) -> None:
    hung_up = _end_of(f"{kind}-{recording}")

    assert (hung_up.outcome, hung_up.cause, hung_up.hangup_disposition) == (outcome, cause, disposition)


@pytest.mark.parametrize(
    ("recording", "outcome"),
    [
        ("plain-answered-bye-by-us", Outcome.ANSWERED),
        ("plain-quoted-unicode-variable", Outcome.ANSWERED),
        ("killed-by-us", Outcome.NO_ANSWERED),
    ],
)
def test_a_call_that_we_ended_was_answered_only_if_it_was(recording: str, outcome: Outcome) -> None:
    assert _end_of(recording).outcome is outcome


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("INCOMING_CALL_BARRED", Outcome.PHONE_BLOCK),
        ("NORMAL_CIRCUIT_CONGESTION", Outcome.CONGESTION),
        ("DESTINATION_OUT_OF_ORDER", Outcome.NOT_AVAILABLE),
        ("NUMBER_CHANGED", Outcome.INVALID_NUMBER),
        ("INCOMPATIBLE_DESTINATION", Outcome.FAILED),
        ("", Outcome.FAILED),
    ],
)
def test_a_cause_without_an_answer_decides(cause: str, outcome: Outcome) -> None:
    assert outcome_of(Hangup(cause=cause, answered=False)) is outcome


@pytest.mark.parametrize("cause", ["NORMAL_CLEARING", "USER_BUSY", "NO_ANSWER", "ANYTHING"])
def test_an_answer_decides_whatever_the_cause(cause: str) -> None:
    assert outcome_of(Hangup(cause=cause, answered=True)) is Outcome.ANSWERED


def test_a_machine_that_answered_is_voicemail() -> None:
    assert outcome_of(Hangup(cause="NORMAL_CLEARING", answered=True, by_machine=True)) is Outcome.VOICEMAIL


def test_what_a_callee_can_do_is_never_a_refusal_of_the_switch() -> None:
    assert not REFUSALS & {"USER_BUSY", "CALL_REJECTED", "NO_ANSWER", "NO_USER_RESPONSE", "NORMAL_CLEARING"}


def _end_of(recording: str) -> HungUp:
    news = Translation(listening_since=LISTENING).read(recorded_events(recording), at=0.0)
    (hung_up,) = [event for event in news if isinstance(event, HungUp)]
    return hung_up
