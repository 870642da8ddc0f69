"""What a real switch said on its outbound socket, and what it is told."""

import json
from uuid import UUID

import pytest

from tests.builders.recordings import PAYLOADS
from worker.domain.ids import CallId
from worker.telephony import outbound
from worker.telephony.esl import Frame, FrameReader
from worker.telephony.outbound import Bridged, CallOnLine, Digit, Executed, Gone, Report, Unbridged

CALL = CallId(UUID(int=7))
CORE = "0a3fa38a-8878-4856-83d3-4c172253b73e"


def frames(name: str, *, ours: dict[str, int]) -> list[Frame]:
    """Return a recorded conversation, with our numbers in the place of the ids that its program gave."""
    recorded = (PAYLOADS / f"outbound-{name}.bin").read_bytes()
    for given, act in ours.items():
        recorded = recorded.replace(given.encode(), f"ca11bea7-0000-4000-8000-{act:012d}".encode())
    return FrameReader().feed(recorded)


def reports(name: str, **ours: int) -> list[Report]:
    read = frames(name, ours={given.replace("_", "-"): act for given, act in ours.items()})
    return [report for frame in read[1:] if (report := outbound.report_of(frame)) is not None]


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("failover-connect", "3cf7df62-ec0b-4c47-8729-fd42d6386d11"),
        ("myevents-linger-callee-hangs-up", "013aa8cf-1130-467b-a3de-c655b8ad3cb6"),
    ],
)
def test_the_first_frame_names_the_call_and_its_switch(name: str, call: str) -> None:
    first, *_ = frames(name, ours={})

    assert outbound.call_on_line(first) == CallOnLine(call_id=CallId(UUID(call)), core_id=CORE)


def test_the_longest_duration_is_read_from_what_the_originate_set() -> None:
    headers = {
        "Content-Type": "command/reply",
        "Unique-ID": str(CALL),
        "variable_execute_on_answer": "sched_hangup%20%2B900%20ALLOTTED_TIMEOUT",
        "variable_execute_on_answer_silence": "sched_hangup%20%2B3%20SERVICE_UNAVAILABLE",
    }

    assert outbound.call_on_line(Frame(headers)) == CallOnLine(call_id=CALL, core_id="", longest_seconds=900)


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "command/reply"}, {"Unique-ID": "7"}])
def test_another_frame_names_no_call(headers: dict[str, str]) -> None:
    assert outbound.call_on_line(Frame(headers)) is None
    assert outbound.call_on_line(Frame({"Content-Type": "command/reply", "Unique-ID": "x"})) is None


def test_a_key_a_playback_that_it_ended_and_the_end() -> None:
    heard = reports("dtmf-break-hangup-with-cause", **{"22222222_aaaa_4aaa_8aaa_000000000001": 1})

    assert heard == [Digit("1", 0.959977), Executed(1, is_done=True), Gone(), Gone()]


def test_a_callee_who_hangs_up_in_the_middle() -> None:
    heard = reports("myevents-linger-callee-hangs-up", **{"11111111_aaaa_4aaa_8aaa_111111111111": 4})

    assert heard == [Executed(4, is_done=True), Gone(), Gone()]


def test_a_bridge_to_a_parked_leg_and_its_end() -> None:
    (bridged, unbridged, *over) = reports("uuid-bridge-offhook-agent")

    assert (bridged, unbridged) == (Bridged("18a4e08f-b862-49af-8b67-3f32b8eac2d1"), Unbridged())
    assert set(over) == {Gone()}


def test_a_transfer_that_succeeds_and_one_that_fails() -> None:
    answered = reports("bridge-agent-answers", **{"5468ccef_dabd_4c31_9ab4_54d1b169b30d": 2})
    busy = reports("bridge-agent-busy", f239c968_99e7_4d66_9c4b_c31e3e772294=2)

    assert answered == [Bridged("d82149bf-c7a7-4a2e-bc04-2a64253c7f93"), Executed(2, is_done=True), Gone(), Gone()]
    assert busy == [Executed(2, is_done=True), Gone(), Gone()]


def test_a_missing_file_is_told_from_a_played_one() -> None:
    said = {"Application-UUID": "ca11bea7-0000-4000-8000-000000000003", "Application-Response": "FILE NOT FOUND"}
    event = json.dumps({"Event-Name": "CHANNEL_EXECUTE_COMPLETE", **said}).encode()

    assert outbound.report_of(Frame({"Content-Type": "text/event-json"}, event)) == Executed(3, is_done=False)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"Event-Name":"DTMF"}', b'{"Event-Name":"CHANNEL_PARK"}'])
def test_what_says_nothing_of_the_conversation_is_passed_over(body: bytes) -> None:
    assert outbound.report_of(Frame({"Content-Type": "text/event-json"}, body)) is None
    assert outbound.report_of(Frame({"Content-Type": "command/reply"})) is None


def test_each_command_waits_for_the_one_before() -> None:
    assert outbound.play("/a/b.wav", act=3) == (
        b"sendmsg\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: /a/b.wav\n"
        b"Event-UUID: ca11bea7-0000-4000-8000-000000000003\nevent-lock: true\n\n"
    )


def test_the_switch_ends_the_call_no_earlier_than_told() -> None:
    """It counts whole seconds, and was recorded to end a call up to a second early."""
    told = outbound.hang_up_within(4.2, call_id=CALL, cause="SERVICE_UNAVAILABLE").decode()

    assert told == f"api sched_del {CALL}\n\napi sched_hangup +6 {CALL} SERVICE_UNAVAILABLE\n\n"


def test_an_extension_rings_for_a_while_and_no_longer() -> None:
    told = outbound.bridge("user/101", seconds=30, act=1).decode()

    assert "execute-app-arg: {originate_timeout=30,ignore_early_media=true}user/101\n" in told
