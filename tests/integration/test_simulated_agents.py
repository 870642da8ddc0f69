"""Agents' legs of the simulated switch, and bridges, against the recording of a real one."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from tests.builders.recordings import recorded_events
from tests.stack.switch import SwitchProcess
from tests.stack.waiting import wait_until
from worker.simulator.agent_log import agents_with_two_callees, left_in_silence, waits
from worker.simulator.log import Line
from worker.simulator.options import SimulatorOptions
from worker.telephony.connection import Connection, open_connection
from worker.telephony.esl import SwitchEvent, event_of

CALLEE = "0981234560"
"""Answers, and stays."""
PARKS = "park_after_bridge=true,"


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwitchProcess]:
    log: Path = tmp_path_factory.mktemp("agents") / "switch.jsonl"
    options = SimulatorOptions(
        by_last_digit=True, speed=20, talk_by_digit_seconds=900, agent_talk_seconds=(900, 901), log_path=log
    )
    with SwitchProcess(options) as process:
        yield process


@pytest.fixture
def connection(switch: SwitchProcess) -> Iterator[Connection]:
    connection = open_connection(switch.url)
    yield connection
    connection.close()


def test_a_bridge_and_its_end_are_told_as_recorded(connection: Connection) -> None:
    connection.command("event json CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_HANGUP_COMPLETE")
    agent, callee = _up(connection, "user/1001", PARKS), _up(connection, f"sofia/gateway/g1/{CALLEE}")

    reply = connection.command(f"api uuid_bridge {callee} {agent}").text
    told = _read(connection, last="CHANNEL_BRIDGE")
    _hang_up(connection, callee)
    told += _read(connection, last="CHANNEL_HANGUP_COMPLETE")

    assert reply == f"+OK {agent}\n"
    recorded = recorded_events("outbound-uuid-bridge-offhook-agent")
    for event, model in zip(told, recorded, strict=True):
        assert event["Event-Name"] == model["Event-Name"]
        assert (event["Unique-ID"], event.get("Hangup-Cause")) == (callee, model.get("Hangup-Cause"))
        for name in {one for one in model if one.startswith("Bridge-") or one == "Other-Leg-Unique-ID"}:
            assert event.get(name, agent) == (callee if model[name] == model["Unique-ID"] else agent)
        assert event["Caller-Channel-Bridged-Time"] != "0"
    assert connection.command(f"api uuid_exists {agent}").text == "true"  # its leg is kept for the next callee
    _hang_up(connection, agent)


def test_an_agents_leg_that_is_not_to_be_kept_ends_with_its_callee(
    connection: Connection, switch: SwitchProcess
) -> None:
    agent, callee = _up(connection, "user/1002"), _up(connection, f"sofia/gateway/g1/{CALLEE}")

    connection.command(f"api uuid_bridge {callee} {agent}")
    assert _line(switch, "bridged", callee).other == agent
    _hang_up(connection, callee)

    assert _line(switch, "agent_down", agent).number == "1002"


def test_a_callee_goes_with_an_agent_who_hangs_up_unless_he_is_to_be_kept(
    connection: Connection, switch: SwitchProcess
) -> None:
    first, second = (_up(connection, f"user/{one}", PARKS) for one in (1003, 1004))
    goes, stays = (_up(connection, f"sofia/gateway/g1/{CALLEE}") for _ in range(2))
    connection.command(f"api uuid_setvar {stays} park_after_bridge true")
    for callee, agent in ((goes, first), (stays, second)):
        connection.command(f"api uuid_bridge {callee} {agent}")
        _line(switch, "bridged", callee)

    assert connection.command("api agent 1003 hangs_up").text == "+OK\n"
    assert connection.command("api agent 1004 hangs_up").text == "+OK\n"

    assert _line(switch, "hangup", goes).by == ""  # our side ended it
    assert connection.command(f"api uuid_exists {stays}").text == "true"
    _hang_up(connection, stays)


def test_an_agent_who_is_taken_for_a_second_callee_leaves_the_first(
    connection: Connection, switch: SwitchProcess
) -> None:
    agent = _up(connection, "user/1005", PARKS)
    callees = [_up(connection, f"sofia/gateway/g1/{CALLEE}") for _ in range(2)]

    for callee in callees:
        connection.command(f"api uuid_bridge {callee} {agent}")
        _line(switch, "bridged", callee)

    _line(switch, "hangup", callees[0])
    assert agents_with_two_callees(switch.log()) == set()
    _hang_up(connection, agent)


@pytest.mark.parametrize(
    ("state", "reply"),
    [("busy", "-ERR USER_BUSY"), ("silent", "-ERR NO_ANSWER"), ("unregistered", "-ERR USER_NOT_REGISTERED")],
)
def test_a_telephone_can_fail(connection: Connection, state: str, reply: str) -> None:
    assert connection.command(f"api agent 1006 {state}").text == "+OK\n"

    answer = connection.command("api originate {originate_timeout=2}user/1006 &park()").text

    assert answer.startswith(reply)


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("uuid_bridge {callee} none", "-ERR Invalid uuid"),
        ("uuid_bridge {callee}", "-USAGE"),
        ("uuid_hold {callee}", "+OK Success"),
        ("uuid_hold off {callee}", "+OK Success"),
        ("uuid_hold none", "-ERR Operation failed"),
        ("uuid_hold", "-USAGE"),
        ("uuid_setvar none a b", "-ERR No such channel!"),
        ("uuid_transfer none bridge:user/1 inline", "-ERR No such channel!"),
        ("uuid_transfer {callee}", "-USAGE"),
        ("agent 1 nonsense", "-USAGE"),
        ("agent 1999 hangs_up", "-ERR No such channel!"),
    ],
)
def test_commands_about_legs_have_their_answers(connection: Connection, command: str, reply: str) -> None:
    callee = _up(connection, f"sofia/gateway/g1/{CALLEE}")

    answer = connection.command("api " + command.format(callee=callee)).text

    assert answer.startswith(reply)
    _hang_up(connection, callee)


def test_a_callee_is_transferred_and_the_agents_leg_is_kept(connection: Connection, switch: SwitchProcess) -> None:
    agent, callee = _up(connection, "user/1007", PARKS), _up(connection, f"sofia/gateway/g1/{CALLEE}")
    connection.command(f"api uuid_bridge {callee} {agent}")
    _line(switch, "bridged", callee)

    connection.command(f"api uuid_transfer {callee} bridge:user/1008 inline")

    assert _line(switch, "transferred", callee).other == "user/1008"
    wait_until(lambda: [one.other for one in _lines(switch, "bridged", callee)] == [agent, "user/1008"], seconds=5)
    assert connection.command(f"api uuid_exists {agent}").text == "true"
    _hang_up(connection, callee)
    _hang_up(connection, agent)


def test_an_agent_who_vanishes_while_he_is_bridged_takes_the_callee_with_him(
    connection: Connection, switch: SwitchProcess
) -> None:
    agent, callee = _up(connection, "user/1009", PARKS), _up(connection, f"sofia/gateway/g1/{CALLEE}")

    connection.command(f"api uuid_bridge {callee} {agent}")
    connection.command("api agent 1009 hangs_up")

    assert _line(switch, "hangup", callee).by == ""
    assert callee in left_in_silence(_of(switch, callee), seconds=0.0)
    assert waits(_of(switch, callee)) == []


def _up(connection: Connection, target: str, variables: str = "") -> str:
    """Return a leg that was answered."""
    leg = str(uuid4())
    answer = connection.command(f"api originate {{{variables}origination_uuid={leg}}}{target} &park()").text
    assert answer == f"+OK {leg}\n"
    return leg


def _hang_up(connection: Connection, leg: str) -> None:
    connection.command(f"bgapi uuid_kill {leg}")


def _of(switch: SwitchProcess, call: str) -> list[Line]:
    return [line for line in switch.log() if line.call == call]


def _lines(switch: SwitchProcess, event: str, call: str) -> list[Line]:
    return [line for line in _of(switch, call) if line.event == event]


def _line(switch: SwitchProcess, event: str, call: str) -> Line:
    """Wait for the only line of this event."""
    wait_until(lambda: bool(_lines(switch, event, call)), seconds=5)
    (line,) = _lines(switch, event, call)
    return line


def _read(connection: Connection, *, last: str) -> list[SwitchEvent]:
    events: list[SwitchEvent] = []
    for _ in range(10):
        with suppress(TimeoutError):
            events += [event_of(frame) for frame in connection.frames(within=1.0) if frame.is_event]
        if events and events[-1]["Event-Name"] == last:
            return events
    raise AssertionError(f"{last} did not come")
