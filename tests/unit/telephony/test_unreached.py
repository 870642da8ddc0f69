"""Calls that reached nobody: told apart from those that a callee or the trunk refused, by recorded events."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import shipped_outcome
from tests.builders.recordings import recorded_events
from tests.unit.telephony.test_translation import LISTENING
from worker.domain.call import CallEvent, HungUp, Outcome, Refused, Unreached
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.trunk import REPLIED, TrunkResult
from worker.domain.trunk_result import is_unreached, trunk_result_of, trunk_result_of_refusal
from worker.telephony.esl import BODY, SwitchEvent
from worker.telephony.translation import Translation

CALL = CallId(UUID("11111111-1111-4111-8111-111111111111"))


@pytest.mark.parametrize(
    ("recording", "cause"),
    [
        ("json-dead-trunk-local-503", "NORMAL_TEMPORARY_FAILURE"),
        ("json-trunk-silent-originate-timeout", "NO_ANSWER"),
        ("json-trunk-silent-408-after-32s", "RECOVERY_ON_TIMER_EXPIRE"),
    ],
)
def test_a_trunk_that_sent_no_reply_reached_nobody(recording: str, cause: str) -> None:
    (event,) = _read(recorded_events(recording))

    assert isinstance(event, Unreached)
    assert event.hung_up.cause == cause
    assert trunk_result_of(event.hung_up.end) == TrunkResult(cause)


@pytest.mark.parametrize(
    ("recording", "cause"),
    [
        ("json-service-unavailable-503", "NORMAL_TEMPORARY_FAILURE"),
        ("plain-service-unavailable-503", "NORMAL_TEMPORARY_FAILURE"),
        ("json-503-reason-34-retry-after", "NORMAL_CIRCUIT_CONGESTION"),
    ],
)
def test_a_503_of_the_far_side_is_congestion_and_a_failure_of_the_trunk(recording: str, cause: str) -> None:
    (end,) = _read(recorded_events(recording))

    assert isinstance(end, HungUp)
    assert (shipped_outcome(end.end), trunk_result_of(end.end)) == (Outcome.CONGESTION, TrunkResult(cause))


@pytest.mark.parametrize(
    "recording",
    ["busy-486", "unavailable-480", "not-found-404", "declined-603", "no-answer-timeout", "answered-bye-by-callee"],
)
def test_whatever_else_the_far_side_says_proves_the_trunk(recording: str) -> None:
    end = _read(recorded_events(f"json-{recording}"))[-1]

    assert isinstance(end, HungUp)
    assert trunk_result_of(end.end) == REPLIED


def test_a_gateway_that_is_down_is_refused_and_a_failure_of_the_trunk() -> None:
    (refused,) = _read(recorded_events("json-gateway-down-by-ping"))

    assert isinstance(refused, Refused)
    assert trunk_result_of_refusal(refused.cause) == TrunkResult("GATEWAY_DOWN")


@pytest.mark.parametrize("recording", ["refused-sessions-full", "refused-paused-outbound"])
def test_a_refusal_of_the_switch_itself_says_nothing_of_the_trunk(recording: str) -> None:
    (refused,) = _read(recorded_events(recording))

    assert isinstance(refused, Refused)
    assert trunk_result_of_refusal(refused.cause) is None


def test_a_call_that_we_killed_before_any_reply_says_nothing_of_the_trunk() -> None:
    killed = Hangup(cause="NORMAL_CLEARING", answered=False, replied=False, sip_status=487)

    assert not is_unreached(killed)
    assert trunk_result_of(killed) is None
    assert shipped_outcome(killed) is Outcome.NO_ANSWERED


@pytest.mark.parametrize("cause", ["SUBSCRIBER_ABSENT", "USER_BUSY", "UNALLOCATED_NUMBER"])
def test_a_5xx_whose_reason_names_the_callee_is_the_callees(cause: str) -> None:
    hangup = Hangup(cause=cause, answered=False, replied=True, sip_status=503)

    assert trunk_result_of(hangup) == REPLIED
    assert shipped_outcome(hangup) is not Outcome.CONGESTION


def test_a_5xx_after_ringing_is_congestion_but_no_failure_of_the_trunk() -> None:
    hangup = Hangup(cause="NORMAL_TEMPORARY_FAILURE", answered=False, rang=True, replied=True, sip_status=503)

    assert shipped_outcome(hangup) is Outcome.CONGESTION
    assert trunk_result_of(hangup) == REPLIED


@given(
    st.builds(
        Hangup,
        cause=st.sampled_from(["NO_ANSWER", "NORMAL_TEMPORARY_FAILURE", "RECOVERY_ON_TIMER_EXPIRE", "USER_BUSY"]),
        answered=st.booleans(),
        rang=st.booleans(),
        replied=st.none() | st.booleans(),
        sip_status=st.sampled_from([None, 200, 408, 480, 486, 487, 500, 503, 599, 603]),
    )
)
def test_who_rang_answered_or_was_replied_to_is_never_unreached(hangup: Hangup) -> None:
    if hangup.rang or hangup.answered or hangup.replied is not False:
        assert not is_unreached(hangup)
    if is_unreached(hangup):
        assert trunk_result_of(hangup) == TrunkResult(hangup.cause)


def test_late_news_of_a_first_dial_does_not_touch_the_second() -> None:
    translation = Translation(listening_since=LISTENING)
    translation.read([_channel("CHANNEL_CREATE", dial=1), _channel("CHANNEL_CREATE", dial=2)], at=0.0)

    late = translation.read([_job(dial=1), _job(dial=2), _dead_end(dial=1), _job(dial=3)], at=0.0)
    later = translation.read([], at=60.0)

    (unreached,), (refused,) = late, later
    assert isinstance(unreached, Unreached)
    assert isinstance(refused, Refused)
    assert (unreached.hung_up.dial, refused.dial) == (1, 3)


def _read(events: list[SwitchEvent]) -> list[CallEvent]:
    translation = Translation(listening_since=LISTENING)
    news = translation.read(events, at=0.0) + translation.read([], at=60.0)
    return [event for event in news if isinstance(event, HungUp | Unreached | Refused)]


def _channel(name: str, *, dial: int) -> SwitchEvent:
    return {
        "Event-Name": name,
        "Unique-ID": str(CALL),
        "variable_callbeat_lead": "x",
        "variable_callbeat_dial": str(dial),
        "Event-Date-Timestamp": "1795407100000000",
    }


def _dead_end(*, dial: int) -> SwitchEvent:
    end = {"Hangup-Cause": "NORMAL_TEMPORARY_FAILURE", "variable_sip_term_status": "503"}
    return _channel("CHANNEL_HANGUP_COMPLETE", dial=dial) | end


def _job(*, dial: int) -> SwitchEvent:
    return {
        "Event-Name": "BACKGROUND_JOB",
        "Job-Command": "originate",
        "Job-Command-Arg": f"{{origination_uuid={CALL},callbeat_dial={dial}}}sofia/gateway/g/0981 &park()",
        "Event-Date-Timestamp": "1795407100000000",
        BODY: "-ERR GATEWAY_DOWN\n",
    }
