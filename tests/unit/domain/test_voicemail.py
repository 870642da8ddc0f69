"""What a conversation does about machines that answer."""

from collections.abc import Sequence

import pytest

from worker.domain.conversation import State, begin, respond
from worker.domain.conversation_protocol import (
    Beep,
    Command,
    Connected,
    Done,
    End,
    MachineFound,
    Play,
    Pressed,
    TimedOut,
    Wait,
)
from worker.domain.json_value import Json
from worker.domain.script import Finish, script_of
from worker.domain.speech.parts import heard
from worker.domain.template import template_of

MENU: dict[str, Json] = {
    "content": "Nợ",
    "enable_option": True,
    "press_timeout": 5,
    "exit_sound": {"content": "Chào"},
    "press_options": [{"press_num": "1", "type": "transfer", "extension": "101"}],
}


def told(policy: str, *events: object) -> list[str]:
    """Return what is commanded at each event in turn; a type is a report of the present act."""
    script = script_of(template_of({**MENU, "voicemail": policy}), values={})
    move = begin(script)
    said, state = _words(move.commands), move.state
    for event in events:
        now = event(state.act) if isinstance(event, type) and event in {Done, TimedOut, Connected} else event
        move = respond(state, now, script=script)  # type: ignore[arg-type]  # one of the events
        said, state = said + _words(move.commands), move.state
    assert isinstance(state, State)
    return said


def _words(commands: Sequence[Command]) -> list[str]:
    found = []
    for command in commands:
        match command:
            case Play():
                found.append(f"say {heard(command.parts)}")
            case Wait():
                found.append(f"wait {command.seconds}")
            case End():
                found.append(f"end {command.finish.value}")
            case _:
                found.append(type(command).__name__.lower())
    return found


@pytest.mark.parametrize("policy", ["", "answered"])
@pytest.mark.parametrize("event", [MachineFound(), Beep()])
def test_the_message_goes_on(policy: str, event: object) -> None:
    assert told(policy, event, Done) == ["say Nợ", "wait 5"]


@pytest.mark.parametrize("event", [MachineFound(), Beep()])
def test_we_hang_up(event: object) -> None:
    assert told("hang_up", event) == ["say Nợ", "stop", f"end {Finish.MACHINE.value}"]


def test_the_message_is_left_behind_the_beep_from_its_beginning_and_once() -> None:
    said = told("leave_message", MachineFound(), Beep(), Beep(), Done)

    assert said == ["say Nợ", "stop", "wait 30", "say Nợ", "end message_left"]


def test_a_beep_alone_is_enough() -> None:
    assert told("leave_message", Done, Beep(), Done) == ["say Nợ", "wait 5", "say Nợ", "end message_left"]


def test_a_machine_that_does_not_beep_gets_the_message_too() -> None:
    said = told("leave_message", MachineFound(), TimedOut, Done)

    assert said == ["say Nợ", "stop", "wait 30", "say Nợ", "end message_left"]


def test_a_machine_is_offered_no_keys() -> None:
    said = told("leave_message", MachineFound(), Pressed("1", 3.0), Beep(), Pressed("1", 9.0), Done)

    assert "connect" not in said
    assert said[-1] == "end message_left"


def test_a_callee_who_is_transferred_is_no_machine() -> None:
    assert told("hang_up", Pressed("1", 1.0), Beep(), Connected, MachineFound())[:3] == ["say Nợ", "stop", "connect"]
    assert "end machine" not in told("hang_up", Pressed("1", 1.0), Beep(), Connected, MachineFound())
