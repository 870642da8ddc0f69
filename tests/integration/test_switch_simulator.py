"""The simulated switch answers as the recorded ones do."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.builders.recordings import PAYLOADS, recorded_events, recorded_frames
from tests.stack.switch import SwitchProcess
from worker.simulator.frames import DISCONNECT, GREETING, reply
from worker.simulator.options import SimulatorOptions
from worker.telephony.connection import Connection, ConnectionLost, open_connection
from worker.telephony.esl import BODY, SwitchEvent, event_of

OF_THE_FAR_END = {"variable_sip_term_status", "variable_sip_invite_failure_status", "variable_sip_hangup_disposition"}


@pytest.fixture(scope="module")
def switch() -> Iterator[SwitchProcess]:
    options = SimulatorOptions(by_last_digit=True, speed=20, gateways=("g1",), heartbeat_seconds=0.2)
    with SwitchProcess(options) as process:
        yield process


@pytest.fixture
def connection(switch: SwitchProcess) -> Iterator[Connection]:
    connection = open_connection(switch.url)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("command", "index"),
    [
        ("api version", 3),
        ("api show channels as json", 4),
        ("api show channels count", 5),
        ("api uuid_exists 11111111-1111-4111-8111-111111111111", 6),
        ("api uuid_kill 11111111-1111-4111-8111-111111111111", 7),
        ("api module_exists mod_sofia", 9),
        ("api no_such_command", 10),
        ("api originate {originate_timeout=1}sofia/gateway/nowhere/0981 &park()", 11),
        ("filter callbeat_campaign x", 12),
        ("exit", 13),
    ],
)
def test_a_command_is_answered_as_recorded(connection: Connection, command: str, index: int) -> None:
    assert connection.command(command) == recorded_frames("commands")[index]


@pytest.mark.parametrize(("command", "index"), [("api status", 2), ("api sofia status gateway g1", 8)])
def test_a_listing_has_the_recorded_lines(connection: Connection, command: str, index: int) -> None:
    recorded = recorded_frames("commands")[index].text.splitlines()

    lines = connection.command(command).text.splitlines()

    assert [line.split("\t")[0].split(" ")[-1] for line in lines] == [
        line.split("\t")[0].split(" ")[-1] for line in recorded
    ]


def test_a_wrong_password_is_refused_byte_for_byte() -> None:
    assert GREETING + reply("-ERR invalid") + DISCONNECT == (PAYLOADS / "refused-auth.bin").read_bytes()


def test_max_sessions_and_pauses_are_answered_as_recorded(connection: Connection) -> None:
    recorded = recorded_frames("refused-sessions-full")[-1]

    answers = [connection.command(f"api fsctl {what}").text for what in ("pause outbound", "resume outbound")]

    assert answers == ["+OK\n", "+OK\n"]
    assert connection.command("api fsctl max_sessions 2000") == recorded


@pytest.mark.parametrize("kind", ["plain", "json"])
@pytest.mark.parametrize(
    ("digit", "recording"),
    [
        ("0", "answered-bye-by-callee"),
        ("1", "busy-486"),
        ("2", "no-answer-timeout"),
        ("3", "unavailable-480"),
        ("4", "not-found-404"),
        ("5", "service-unavailable-503"),
        ("6", "declined-603"),
    ],
)
def test_a_call_is_told_as_recorded(connection: Connection, kind: str, digit: str, recording: str) -> None:
    recorded = recorded_events(f"{kind}-{recording}")

    told = _events_of_a_call(connection, kind=kind, digit=digit)

    assert [event["Event-Name"] for event in told] == [event["Event-Name"] for event in recorded]
    for event, model in zip(told, recorded, strict=True):
        assert event.keys() - model.keys() <= {"variable_amd_result"}
        for name in {
            "Hangup-Cause",
            "Answer-State",
            "Channel-Call-State",
            "variable_hangup_cause_q850",
        } | OF_THE_FAR_END:
            assert (name, event.get(name)) == (name, model.get(name))
        assert event.get(BODY, "")[:4] == model.get(BODY, "")[:4]


def test_a_refused_job_is_told_as_recorded(connection: Connection) -> None:
    (recorded,) = recorded_events("refused-paused-outbound")
    connection.command("event plain ALL")
    connection.command("api fsctl pause outbound")

    connection.command(_originate(str(uuid4()), digit="0"))
    (told,) = _read(connection, last="BACKGROUND_JOB")
    connection.command("api fsctl resume outbound")

    assert (told.keys(), told[BODY]) == (recorded.keys(), recorded[BODY])


def test_a_call_that_is_up_is_not_dialled_again(connection: Connection) -> None:
    call = str(uuid4())
    connection.command("event json BACKGROUND_JOB")
    connection.command(_originate(call, digit="2"))
    connection.command(_originate(call, digit="2"))

    (job,) = _read(connection, last="BACKGROUND_JOB")

    assert job[BODY] == "-ERR DESTINATION_OUT_OF_ORDER\n"
    assert connection.command(f"api uuid_exists {call}").text == "true"
    assert connection.command(f"api uuid_kill {call}").text == "+OK\n"


def test_an_api_originate_answers_when_the_call_is_answered(connection: Connection) -> None:
    call = str(uuid4())

    answer = connection.command(f"api originate {{origination_uuid={call}}}sofia/gateway/g1/0981234560 &park()")

    assert answer.text == f"+OK {call}\n"


def test_background_commands_tell_their_result(connection: Connection) -> None:
    connection.command("event plain BACKGROUND_JOB")
    connection.command("filter Job-UUID none")
    connection.command("filter Job-UUID j1")

    job = connection.command("bgapi version\nJob-UUID: j1")
    (told,) = _read(connection, last="BACKGROUND_JOB")

    assert job.headers["Job-UUID"] == "j1"
    assert (told["Job-Command"], told[BODY]) == ("version", "FreeSWITCH Version 1.10.12-release~64bit ( 64bit)\n")


def test_the_heart_beats(connection: Connection) -> None:
    connection.command("event json HEARTBEAT")

    (beat,) = _read(connection, last="HEARTBEAT")

    assert beat["Event-Info"] == "System Ready"


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        (["noevents"], "-ERR not listening for events"),
        (["event plain HEARTBEAT", "noevents"], "+OK no longer listening for events"),
        (["event plain NOTHING"], "-ERR no keywords supplied"),
        (["event plain ALL", "nixevent ALL"], "+OK events nixed"),
        (["filter delete all"], "+OK filter deleted. [all][]"),
        (["filter add a b", "filter delete a b"], "+OK filter deleted. [a][b]"),
        (["filter a b", "filter delete a"], "+OK filter deleted. [a][]"),
        (["filter"], "-ERR invalid syntax"),
        (["nonsense"], "-ERR command not found"),
        (["api sofia status gateway nowhere"], "Invalid Gateway!\n"),
        (["api originate nothing"], "-USAGE: <call url> <exten>"),
        (["api originate {a=1 user/1000 &park()"], "-ERR DESTINATION_OUT_OF_ORDER\n"),
        (["api originate nothing/1000 &park()"], "-ERR CHAN_NOT_IMPLEMENTED\n"),
        (["api originate sofia/x &park()"], "-ERR INVALID_URL\n"),
    ],
)
def test_further_commands_have_their_answers(connection: Connection, commands: list[str], answer: str) -> None:
    *_, last = [connection.command(command).text for command in commands]

    assert last.startswith(answer.removesuffix("\n"))


def test_after_exit_nothing_is_answered(connection: Connection) -> None:
    connection.command("exit")

    with pytest.raises(ConnectionLost):
        connection.command("api status")


def _originate(call: str, *, digit: str) -> str:
    variables = f"origination_uuid={call},originate_timeout=5,origination_caller_id_number=0287"
    return f"bgapi originate {{{variables}}}sofia/gateway/g1/098123456{digit} &park()\nJob-UUID: {call}"


def _events_of_a_call(connection: Connection, *, kind: str, digit: str) -> list[SwitchEvent]:
    call = str(uuid4())
    connection.command(f"filter Unique-ID {call}")
    connection.command(f"filter Job-UUID {call}")
    connection.command(f"event {kind} ALL")
    connection.command(_originate(call, digit=digit))
    return _read(connection, last="CHANNEL_DESTROY")


def _read(connection: Connection, *, last: str) -> list[SwitchEvent]:
    events: list[SwitchEvent] = []
    for _ in range(200):
        events += [event_of(frame) for frame in connection.frames(within=5.0) if frame.is_event]
        if events and events[-1]["Event-Name"] == last:
            return events
    raise AssertionError(f"{last} did not come")
