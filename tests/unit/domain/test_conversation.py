"""What a conversation does at each event, told as a callee would tell it."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from worker.domain.conversation import Doing, Move, State, begin, respond
from worker.domain.conversation_protocol import (
    BlockNumber,
    CalleeGone,
    Command,
    Connect,
    Connected,
    Done,
    End,
    Event,
    Failed,
    Play,
    Pressed,
    StartRecording,
    Stop,
    TimedOut,
    Wait,
)
from worker.domain.json_value import Json
from worker.domain.script import Finish, Script, script_of
from worker.domain.speech.parts import heard
from worker.domain.template import template_of

KEYS: dict[str, Any] = {
    "content": "Nợ",
    "enable_option": True,
    "press_options": [
        {"press_num": "1", "content": "Cảm ơn"},
        {"press_num": "2", "content": "Chờ máy", "type": "transfer", "extension": "101"},
        {"press_num": "8", "content": "", "type": "repeat"},
        {"press_num": "9", "content": "Xong", "type": "opt_out"},
    ],
    "invalid_sound": {"content": "Sai"},
    "exit_sound": {"content": "Chào"},
    "press_timeout": 5,
    "max_timeout": 2,
    "inter_digit_timeout": 1,
}


Report = type[Done] | type[TimedOut] | type[Connected] | type[Failed]


class Call:
    """One call, whose commands are told in words."""

    def __init__(self, body: Mapping[str, Json]) -> None:
        self.script: Script = script_of(template_of(body), values={})
        self.state: State
        self.told: list[str] = []
        self._take(begin(self.script))

    def __call__(self, *events: Report | type[CalleeGone] | str | Event) -> list[str]:
        """Report about the present act, or press a key at its second (``1@2.5``); return what happened since."""
        for event in events:
            self._take(respond(self.state, self._event(event), script=self.script))
        told, self.told = self.told, []
        return told

    def _event(self, event: Report | type[CalleeGone] | str | Event) -> Event:
        if isinstance(event, str):
            digit, _, at = event.partition("@")
            return Pressed(digit, float(at or 10 * (1 + len(self.state.pressed))))
        if isinstance(event, type):
            return CalleeGone() if issubclass(event, CalleeGone) else event(self.state.act)
        return event

    def _take(self, move: Move) -> None:
        self.state = move.state
        self.told += in_words(move.commands)


def in_words(commands: Iterable[Command]) -> list[str]:
    return [_in_words(command) for command in commands]


def _in_words(command: Command) -> str:
    match command:
        case Play():
            return f"say {heard(command.parts)}"
        case Wait():
            return f"wait {command.seconds}"
        case Connect():
            return f"ring {command.extension or 'hotline'}"
        case End():
            return f"end {command.finish.value}"
        case Stop() | BlockNumber() | StartRecording():
            return {Stop: "stop", BlockNumber: "block", StartRecording: "record"}[type(command)]


def test_a_message_without_keys_is_said_once() -> None:
    call = Call({"content": "Nợ"})

    assert call() == ["say Nợ"]
    assert call(Done) == ["end said"]


def test_a_message_without_keys_may_be_repeated_after_a_pause() -> None:
    call = Call({"content": "Nợ", "max_timeout": 2, "press_timeout": 3, "exit_sound": {"content": "Chào"}})

    assert call(Done, "5", TimedOut, "5", Done, Done) == ["say Nợ", "wait 3", "say Nợ", "say Chào", "end said"]
    assert [press.digit for press in call.state.pressed] == ["5", "5"]


def test_nobody_presses_a_key() -> None:
    call = Call(KEYS)

    assert call(Done, TimedOut, Done, TimedOut, Done) == [
        "say Nợ", "wait 5", "say Nợ", "wait 5", "say Chào", "end no_key",
    ]  # fmt: skip


def test_a_key_stops_the_message() -> None:
    assert Call(KEYS)("1", Done, Done) == ["say Nợ", "stop", "say Cảm ơn", "say Chào", "end key"]


def test_a_key_after_the_message_needs_no_stop() -> None:
    assert Call(KEYS)(Done, "1", Done, Done) == ["say Nợ", "wait 5", "say Cảm ơn", "say Chào", "end key"]


@pytest.mark.parametrize("wrong", ["3", "0", "*", "#"])
def test_wrong_keys(wrong: str) -> None:
    call = Call(KEYS)

    assert call(wrong, Done, wrong) == ["say Nợ", "stop", "say Sai Nợ", "wait 5", "say Sai Nợ"]
    assert call("1") == ["stop", "say Cảm ơn"]


def test_the_third_wrong_key_ends_the_call() -> None:
    call = Call(KEYS)

    assert call("3", "4", "5", Done)[-3:] == ["stop", "say Chào", "end wrong_keys"]


def test_a_key_that_bounces_is_one_press() -> None:
    call = Call(KEYS)

    assert call("3@2.0", "3@2.9") == ["say Nợ", "stop", "say Sai Nợ"]
    assert call("3@3.0") == ["stop", "say Sai Nợ"]
    assert [press.seconds for press in call.state.pressed] == [2.0, 3.0]


def test_another_key_at_once_corrects_a_wrong_one() -> None:
    assert Call(KEYS)("3@2.0", "1@2.1")[-1] == "say Cảm ơn"


def test_a_transfer() -> None:
    call = Call(KEYS)

    assert call("2", Done) == ["say Nợ", "stop", "say Chờ máy", "ring 101"]
    assert call(Connected) == ["wait 14400"]
    assert (call("9"), call.state.doing) == ([], Doing.TALKING)
    assert call(Done) == ["end transferred"]


@pytest.mark.parametrize(("why", "told"), [(Failed, []), (TimedOut, ["stop"])])
def test_a_transfer_that_fails(why: Report, told: list[str]) -> None:
    call = Call(KEYS)
    call("2", Done)

    assert call(why, Done) == [*told, "say Chào", "end not_transferred"]


def test_the_hotline_is_rung_without_an_extension() -> None:
    body = {**KEYS, "press_options": [{"press_num": "0", "type": "transfer"}]}

    assert Call(body)("0") == ["say Nợ", "stop", "ring hotline"]


def test_an_opt_out_is_done_before_it_is_confirmed() -> None:
    assert Call(KEYS)("9", Done, Done) == ["say Nợ", "stop", "block", "say Xong", "say Chào", "end opted_out"]


def test_an_opt_out_works_behind_the_menu_too_and_once() -> None:
    call = Call(KEYS)

    assert call("1", "9", "9") == ["say Nợ", "stop", "say Cảm ơn", "stop", "block", "say Xong"]
    assert len(call.state.pressed) == 3


def test_other_keys_behind_the_menu_are_only_noted() -> None:
    call = Call(KEYS)

    assert call("1", "2", "3") == ["say Nợ", "stop", "say Cảm ơn"]
    assert [press.digit for press in call.state.pressed] == ["1", "2", "3"]


def test_a_message_is_repeated_on_request_but_not_for_ever() -> None:
    call = Call(KEYS)

    assert call(*["8"] * 5).count("say Nợ") == 6
    assert call("8", Done) == ["stop", "say Chào", "end key"]


def test_a_repetition_waits_for_keys_again() -> None:
    assert Call(KEYS)("8", Done, "1")[-2:] == ["wait 5", "say Cảm ơn"]


@pytest.mark.parametrize("report", [TimedOut, Failed])
def test_a_sound_that_is_not_played_ends_the_call(report: Report) -> None:
    assert Call(KEYS)(report) == ["say Nợ", "end broken"]


def test_a_callee_who_hangs_up() -> None:
    call = Call(KEYS)

    assert call(CalleeGone, Done, "1", TimedOut) == ["say Nợ"]
    assert (call.state.doing, call.state.finish) == (Doing.OVER, None)


def test_a_late_report_changes_nothing() -> None:
    call = Call(KEYS)
    call("1")
    before = call.state

    assert call(Done(before.act - 1), TimedOut(before.act - 1), Connected(before.act)) == []
    assert call.state == before


def test_why_it_ended_is_kept() -> None:
    call = Call({"content": "Nợ"})
    call(Done)

    assert call.state.finish is Finish.SAID
