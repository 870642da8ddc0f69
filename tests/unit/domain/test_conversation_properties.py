"""Any conversation, whatever is pressed and reported: it never hangs, and it ends."""

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

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
    TimedOut,
    Wait,
)
from worker.domain.json_value import Json
from worker.domain.script import MOST_REPEATS, MOST_WRONG_KEYS, Script, script_of
from worker.domain.template import template_of

sounds = st.none() | st.fixed_dictionaries(
    {"enable": st.booleans(), "content": st.sampled_from(["", "Xin chào", "Tạm biệt."])}
)
options = st.fixed_dictionaries(
    {
        "press_num": st.sampled_from("1111234567890"),
        "toggled": st.sampled_from([True, True, False]),
        "content": st.sampled_from(["", "Cảm ơn"]),
        "type": st.sampled_from(["transfer", "repeat", "opt_out", "", "hangup"]),
        "extension": st.sampled_from(["", "101"]),
    }
)
any_script = st.fixed_dictionaries(
    {
        "content": st.sampled_from(["Quý khách đang nợ", "Chào", ""]),
        "enable_option": st.sampled_from([True, True, False]),
        "advert": st.booleans(),
        "press_options": st.lists(options, min_size=1, max_size=4),
        "invalid_sound": sounds,
        "exit_sound": sounds,
        "press_timeout": st.integers(0, 3),
        "max_timeout": st.integers(0, 3),
        "inter_digit_timeout": st.integers(0, 2),
    }
).map(lambda body: script_of(template_of(cast("dict[str, Json]", body)), values={}))  # the strategy says: of objects

EVERY_ACTION: dict[str, Json] = {
    "content": "Quý khách đang nợ",
    "enable_option": True,
    "press_options": [
        {"press_num": str(n), "content": "Cảm ơn", "type": kind}
        for n, kind in enumerate(["repeat", "transfer", "opt_out", ""])
    ],
    "max_timeout": 2,
}
scripts = st.just(script_of(template_of(EVERY_ACTION), values={})) | any_script

reports = st.sampled_from([Done, TimedOut, Connected, Failed])
EXPECTED: dict[Doing, type[Done | TimedOut | Connected]] = {
    Doing.PLAYING: Done,
    Doing.WAITING: TimedOut,
    Doing.CONNECTING: Connected,
    Doing.TALKING: Done,
}
"""What usually comes next."""

events: st.SearchStrategy[Any] = st.lists(
    st.sampled_from([None] * 6)  # what is expected
    | st.sampled_from([None, None, 0, 1, 2, 3])  # the same, or one of the script's own keys
    | st.sampled_from([None, 1, *"0123456789*#"])
    | st.tuples(reports, st.sampled_from([-1, 0, 1])),  # any report, about the present act or another
    min_size=6,
    max_size=40,
)

MOST_STEPS = 200


def event_of(drawn: Any, state: State, *, seconds: float) -> Event:
    if drawn is None:
        expected: Event = CalleeGone() if state.doing is Doing.OVER else EXPECTED[state.doing](state.act)
        return expected
    if isinstance(drawn, str):
        return Pressed(drawn, seconds)
    if isinstance(drawn, int):
        keys = sorted(state.menu.keys if state.menu else ()) or ["*"]
        return Pressed(keys[drawn % len(keys)], seconds)
    report, offset = drawn
    event: Event = report(state.act + offset)
    return event


def is_awaited(state: State, sent: list[Command]) -> bool:
    """Return True when a command of the present act will be reported about."""
    return any(isinstance(one, Play | Wait | Connect) and one.act == state.act for one in sent)


def played(script: Script, drawn: list[Any]) -> list[Move]:
    moves = [begin(script)]
    for number, one in enumerate(drawn):
        state = moves[-1].state
        moves.append(respond(state, event_of(one, state, seconds=number * 0.7), script=script))
    return moves


@given(script=scripts, drawn=events)
def test_until_it_is_over_a_report_is_awaited(script: Script, drawn: list[Any]) -> None:
    sent: list[Command] = []
    for move in played(script, drawn):
        sent += move.commands
        assert move.state.doing is Doing.OVER or is_awaited(move.state, sent)


@given(script=scripts, drawn=events)
def test_it_ends_once_and_blocks_once_and_then_does_nothing(script: Script, drawn: list[Any]) -> None:
    moves = played(script, drawn)
    sent = [command for move in moves for command in move.commands]

    ends = [n for n, command in enumerate(sent) if isinstance(command, End)]
    is_over = moves[-1].state.doing is Doing.OVER
    assert ends == ([len(sent) - 1] if is_over else [])
    assert sum(isinstance(command, BlockNumber) for command in sent) == moves[-1].state.is_opted_out
    assert (moves[-1].state.finish is not None) == is_over


@given(script=scripts, drawn=events, key=st.integers(0, 3) | st.just("*"), report=st.none() | reports)
def test_it_ends_however_often_keys_are_pressed_in_between(
    script: Script, drawn: list[Any], key: int | str, report: Any
) -> None:
    """After any beginning, one key and one kind of report for ever: a callee who never lets go of a key."""
    state = played(script, drawn)[-1].state
    for number in range(MOST_STEPS):
        if state.doing is Doing.OVER:
            break
        again = (key, None if report is None else (report, 0), None)  # some reports cannot come in this state
        for one in again:
            state = respond(state, event_of(one, state, seconds=100 + number * 5.0), script=script).state

    assert state.doing is Doing.OVER
    assert state.wrong_keys <= MOST_WRONG_KEYS
    assert state.repeats <= MOST_REPEATS


@given(script=scripts, drawn=events, key=st.integers(0, 3) | st.just("*"))
def test_it_ends_however_fast_keys_are_pressed(script: Script, drawn: list[Any], key: int | str) -> None:
    """Keys alone end a conversation or leave it where the present act ends it; they never start it again for ever."""
    state = played(script, drawn)[-1].state
    acts = [state.act]
    for number in range(MOST_STEPS):
        state = respond(state, event_of(key, state, seconds=100 + number * 5.0), script=script).state
        acts.append(state.act)

    assert acts[-1] == acts[MOST_STEPS // 2]
    assert state.repeats <= MOST_REPEATS


@given(script=scripts, drawn=events)
def test_the_callee_may_hang_up_at_any_time(script: Script, drawn: list[Any]) -> None:
    state = played(script, drawn)[-1].state

    after = respond(state, CalleeGone(), script=script)

    assert after.state.doing is Doing.OVER
    assert after.commands == ()


@given(script=scripts, drawn=events, late=st.tuples(reports, st.integers(-5, -1)))
def test_late_reports_change_nothing(script: Script, drawn: list[Any], late: Any) -> None:
    state = played(script, drawn)[-1].state

    assert respond(state, event_of(late, state, seconds=0), script=script) == Move(state)


@given(script=scripts, drawn=events)
def test_every_key_is_noted_but_bounces(script: Script, drawn: list[Any]) -> None:
    pressed = [press.digit for press in played(script, drawn)[-1].state.pressed]

    keys = iter(one for one in drawn if isinstance(one, str | int))
    assert all(any(one in {digit, *range(4)} for one in keys) for digit in pressed)  # in their order
