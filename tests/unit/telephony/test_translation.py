from uuid import UUID

import pendulum
import pytest

from tests.builders import shipped_outcome
from tests.builders.recordings import recorded_events
from worker.domain.call import Answered, HungUp, KeyPressed, Outcome, Refused, Ringing
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.keys import KeyPress
from worker.domain.timing import JOB_WAITS_FOR_CHANNEL
from worker.telephony.esl import BODY, SwitchEvent
from worker.telephony.translation import Translation

LISTENING = pendulum.datetime(2026, 11, 23, 4)
CALL = CallId(UUID("11111111-1111-4111-8111-111111111111"))


@pytest.fixture
def translation() -> Translation:
    return Translation(listening_since=LISTENING)


@pytest.mark.parametrize("kind", ["plain", "json"])
def test_an_answered_call_rings_is_answered_and_ends(translation: Translation, kind: str) -> None:
    ringing, answered, hung_up = translation.read(recorded_events(f"{kind}-answered-bye-by-callee"), at=0.0)

    assert isinstance(ringing, Ringing)
    assert isinstance(answered, Answered)
    assert isinstance(hung_up, HungUp)
    assert ringing.call_id == answered.call_id == hung_up.call_id
    assert (hung_up.ringing_at, hung_up.answered_at) == (ringing.at, answered.at)
    assert translation.next_due() is None


def test_times_are_the_switchs_to_the_microsecond(translation: Translation) -> None:
    *_, hung_up = translation.read(recorded_events("plain-answered-bye-by-callee"), at=0.0)

    assert hung_up == HungUp(
        CallId(UUID("695f8d97-c313-4b79-b732-286a8bf11125")),
        Hangup(cause="NORMAL_CLEARING", answered=True, q850=16, sip_status=200, rang=True, replied=True),
        started_at=pendulum.from_timestamp(1795407100).replace(microsecond=701199),
        ringing_at=pendulum.from_timestamp(1795407100).replace(microsecond=721513),
        answered_at=pendulum.from_timestamp(1795407101).replace(microsecond=21200),
        ended_at=pendulum.from_timestamp(1795407103).replace(microsecond=41215),
        sip_call_id="d387b0d2-6196-1240-7e8a-e23c25a259e1",
        hangup_disposition="recv_bye",
        digits="",
    )


@pytest.mark.parametrize("recording", ["busy-486", "no-answer-timeout", "declined-603", "unavailable-480"])
def test_a_failed_call_ends_once_by_its_hangup(translation: Translation, recording: str) -> None:
    news = translation.read(recorded_events(f"json-{recording}"), at=0.0)
    later = translation.read([], at=60.0)

    assert [type(event) for event in news if not isinstance(event, Ringing)] == [HungUp]
    assert later == []


def test_a_call_that_the_switch_ended_because_it_was_long_was_answered(translation: Translation) -> None:
    ended = [e for e in translation.read(recorded_events("json-ended-by-sched-hangup"), at=0) if isinstance(e, HungUp)]

    assert [(e.cause, e.hangup_disposition) for e in ended] == [("ALLOTTED_TIMEOUT", "send_bye")]
    assert ended[0].answered_at is not None
    assert shipped_outcome(ended[0].end) is Outcome.ANSWERED


@pytest.mark.parametrize("recording", ["refused-sessions-full", "refused-paused-outbound"])
def test_a_refusal_of_the_switch_is_known_after_a_moment(translation: Translation, recording: str) -> None:
    at_once = translation.read(recorded_events(recording), at=10.0)
    due = translation.next_due()
    (refused,) = translation.read([], at=10.0 + JOB_WAITS_FOR_CHANNEL.total_seconds())

    assert at_once == []
    assert due == 10.0 + JOB_WAITS_FOR_CHANNEL.total_seconds()
    assert isinstance(refused, Refused)
    assert (refused.cause, refused.listening_since) == ("DESTINATION_OUT_OF_ORDER", LISTENING)


@pytest.mark.parametrize(
    "answer", ["-USAGE: <call url> <exten>", "-ERR originate Command not found!", "-ERR no reply", "no reply"]
)
def test_a_switch_that_did_not_carry_out_the_command_dialled_nobody(translation: Translation, answer: str) -> None:
    translation.read([_job(f"{answer}\n")], at=0.0)

    (refused,) = translation.read([], at=1.0)

    assert isinstance(refused, Refused)
    assert refused.cause == answer.removeprefix("-ERR ")


def test_a_hangup_that_comes_after_the_failed_job_decides(translation: Translation) -> None:
    held = translation.read([_job("-ERR DESTINATION_OUT_OF_ORDER\n")], at=0.0)
    (hung_up,) = translation.read([_hangup("DESTINATION_OUT_OF_ORDER")], at=0.1)
    later = translation.read([], at=60.0)

    assert held == later == []
    assert isinstance(hung_up, HungUp)
    assert hung_up.cause == "DESTINATION_OUT_OF_ORDER"


@pytest.mark.parametrize(
    ("result", "cause"),
    [
        ("-ERR INCOMPATIBLE_DESTINATION\n", "INCOMPATIBLE_DESTINATION"),
        ("-ERR USER_BUSY\n", "USER_BUSY"),
    ],
)
def test_a_failed_job_that_no_repeat_can_help_ends_the_call(translation: Translation, result: str, cause: str) -> None:
    translation.read([_job(result)], at=0.0)

    (hung_up,) = translation.read([], at=1.0)

    assert isinstance(hung_up, HungUp)
    assert (hung_up.end, hung_up.answered_at) == (Hangup(cause=cause, answered=False), None)


@pytest.mark.parametrize("name", ["CHANNEL_CREATE", "CHANNEL_PROGRESS"])
def test_a_failed_job_of_a_call_that_had_a_channel_is_left_to_its_hangup(translation: Translation, name: str) -> None:
    translation.read([_channel(name), _job("-ERR NORMAL_TEMPORARY_FAILURE\n")], at=0.0)

    assert translation.read([], at=60.0) == []


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_job_that_is_told_again_after_its_channel_says_nothing(translation: Translation, repeats: int) -> None:
    heard = translation.read([_channel("CHANNEL_CREATE"), _hangup("DESTINATION_OUT_OF_ORDER")], at=0.0)

    heard += translation.read([_job("-ERR DESTINATION_OUT_OF_ORDER\n")] * repeats, at=0.1)
    heard += translation.read([], at=60.0)

    assert [type(event) for event in heard] == [HungUp]


@pytest.mark.parametrize("result", ["-ERR DESTINATION_OUT_OF_ORDER\n", "-ERR USER_BUSY\n"])
def test_a_failed_job_says_which_dial_it_was(translation: Translation, result: str) -> None:
    job = _job(result)
    job["Job-Command-Arg"] = job["Job-Command-Arg"].replace("originate_timeout=5", "callbeat_dial=7")
    translation.read([job], at=0.0)

    (failed,) = translation.read([], at=1.0)

    assert isinstance(failed, Refused | HungUp)
    assert failed.dial == 7


@pytest.mark.parametrize(
    "event",
    [
        {"Event-Name": "HEARTBEAT"},
        {},
        {"Event-Name": "CHANNEL_ANSWER"},
        {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "no uuid", "variable_callbeat_lead": "x"},
        {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": str(CALL)},
        {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": str(CALL), "variable_origination_uuid": str(UUID(int=1))},
        {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": str(CALL), "variable_origination_uuid": str(CALL)},
        {"Event-Name": "CHANNEL_HANGUP_COMPLETE", "Unique-ID": str(CALL), "variable_origination_uuid": str(CALL)},
        {
            "Event-Name": "CHANNEL_HANGUP_COMPLETE",
            "Unique-ID": str(CALL),
            "variable_origination_uuid": str(CALL),
            "Caller-Channel-Hangup-Time": "9" * 30,
        },
        {"Event-Name": "BACKGROUND_JOB", "Job-Command": "status", BODY: "-ERR no\n"},
        {"Event-Name": "BACKGROUND_JOB", "Job-Command": "originate", "Job-Command-Arg": "user/1000 9000"},
        {
            "Event-Name": "BACKGROUND_JOB",
            "Job-Command": "originate",
            "Job-Command-Arg": "{origination_uuid=------------------------------------}x",
            BODY: "-ERR no\n",
        },
    ],
)
def test_foreign_and_odd_events_are_skipped(translation: Translation, event: SwitchEvent) -> None:
    assert translation.read([event, _channel("CHANNEL_PROGRESS")], at=0.0)[0].call_id == CALL


def test_early_media_is_ringing_too(translation: Translation) -> None:
    event = _channel("CHANNEL_PROGRESS_MEDIA") | {"Caller-Channel-Progress-Media-Time": "1795407100000001"}

    (ringing,) = translation.read([event], at=0.0)

    assert ringing == Ringing(CALL, pendulum.from_timestamp(1795407100).replace(microsecond=1))


@pytest.mark.parametrize("found", [{"variable_amd_result": "machine"}, {"variable_avmd_detect": "TRUE"}])
def test_a_detected_machine_is_voicemail(translation: Translation, found: SwitchEvent) -> None:
    event = _hangup("NORMAL_CLEARING") | found | {"Caller-Channel-Answered-Time": "1795407101000000"}

    (hung_up,) = translation.read([event], at=0.0)

    assert isinstance(hung_up, HungUp)
    assert (hung_up.end.answered, hung_up.end.by_machine) == (True, True)


def test_what_is_remembered_is_bounded() -> None:
    translation = Translation(listening_since=LISTENING, remembered=2)
    calls = [CallId(UUID(int=number)) for number in range(3)]
    translation.read([_channel("CHANNEL_CREATE", call=call) for call in calls], at=0.0)

    translation.read([_job("-ERR GATEWAY_DOWN\n", call=call) for call in calls], at=0.0)

    assert [event.call_id for event in translation.read([], at=1.0)] == [calls[0]]


def _channel(name: str, *, call: CallId = CALL) -> SwitchEvent:
    return {
        "Event-Name": name,
        "Unique-ID": str(call),
        "variable_callbeat_lead": "x",
        "Event-Date-Timestamp": "1795407100000000",
    }


def _hangup(cause: str) -> SwitchEvent:
    return _channel("CHANNEL_HANGUP_COMPLETE") | {"Hangup-Cause": cause}


def _job(result: str, *, call: CallId = CALL) -> SwitchEvent:
    return {
        "Event-Name": "BACKGROUND_JOB",
        "Job-Command": "originate",
        "Job-Command-Arg": f"{{origination_uuid={call},originate_timeout=5}}sofia/gateway/g/0981234560 &park()",
        "Event-Date-Timestamp": "1795407100000000",
        BODY: result,
    }


def test_keys_come_with_the_seconds_since_the_answer_and_all_of_them_with_the_end(translation: Translation) -> None:
    events = recorded_events("json-answered-dtmf-1-2")

    read = translation.read(events, at=0.0)

    assert [event.press for event in read if isinstance(event, KeyPressed)] == [
        KeyPress("1", 0.960027),
        KeyPress("2", 1.660013),
    ]
    assert [event.digits for event in read if isinstance(event, HungUp)] == ["12"]


@pytest.mark.parametrize("wrong", [{"DTMF-Digit": "x"}, {"Caller-Channel-Answered-Time": "0"}, {"Unique-ID": "x"}])
def test_a_key_that_cannot_be_read_is_passed_over(translation: Translation, wrong: dict[str, str]) -> None:
    event = next(one for one in recorded_events("json-answered-dtmf-1-2") if one["Event-Name"] == "DTMF")

    assert translation.read([event | wrong], at=0.0) == []


def test_a_machine_that_a_template_treats_as_a_person_is_none(translation: Translation) -> None:
    found = {"variable_avmd_detect": "TRUE", "variable_callbeat_voicemail": "answered"}
    event = _hangup("NORMAL_CLEARING") | found | {"Caller-Channel-Answered-Time": "1795407101000000"}

    (hung_up,) = translation.read([event], at=0.0)

    assert isinstance(hung_up, HungUp)
    assert (hung_up.end.answered, hung_up.end.by_machine) == (True, False)
