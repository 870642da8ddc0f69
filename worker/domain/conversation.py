"""One conversation with a callee: what to do at each event, as a function of the script, the state and the event.

The process that speaks with the switch carries out the commands and reports what comes of them. Each command that takes
time has a number, its ``act``; a report about another act than the present one is late and changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from worker.domain.conversation_protocol import (
    LONGEST_TALK_SECONDS,
    Beep,
    BlockNumber,
    CalleeGone,
    Command,
    Connect,
    Connected,
    Done,
    End,
    Event,
    Failed,
    MachineFound,
    Play,
    Pressed,
    StartRecording,
    Stop,
    TimedOut,
    Wait,
)
from worker.domain.machine_answers import message_steps, steps_for_machine
from worker.domain.script import (
    MOST_REPEATS,
    MOST_WRONG_KEYS,
    Finish,
    HangUp,
    Menu,
    OptOut,
    Record,
    Repeat,
    Say,
    Script,
    Step,
    Transfer,
)
from worker.domain.speech.parts import Part
from worker.domain.voicemail import BEEP_AWAITED_SECONDS

MOST_PRESSES: Final = 100
"""Presses that are kept; a held or broken key sends many more."""


class Doing(StrEnum):
    """What the conversation does now."""

    PLAYING = "playing"
    WAITING = "waiting"
    CONNECTING = "connecting"
    AWAITING_BEEP = "awaiting_beep"
    TALKING = "talking"
    """The callee talks with the extension."""
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A conversation between two events."""

    doing: Doing
    act: int = 0
    rest: tuple[Step, ...]
    """The steps behind the present one."""
    menu: Menu | None = None
    """The menu that was played last."""
    behind_menu: tuple[Step, ...] = ()
    is_open: bool = False
    """True while keys answer the menu; otherwise they are only noted, but for the opt-out."""
    plays: int = 0
    repeats: int = 0
    wrong_keys: int = 0
    pressed: tuple[Pressed, ...] = ()
    is_opted_out: bool = False
    is_machine: bool = False
    """A machine has answered, and gets what is done about machines."""
    message: tuple[Step, ...] = ()
    """What it gets when no beep is heard."""
    finish: Finish | None = None
    """Why we hung up; None while the call is up, and when it ended in another way."""


@dataclass(frozen=True, slots=True)
class Move:
    """The next state, and what to do now."""

    state: State
    commands: tuple[Command, ...] = ()


def begin(script: Script) -> Move:
    """Return the first commands for a callee who has just answered."""
    return _go_on(State(doing=Doing.WAITING, rest=script.steps))


def respond(state: State, event: Event, *, script: Script) -> Move:
    """Return what follows from an event; nothing when it is late, or the conversation is over."""
    if state.doing is Doing.OVER:
        return Move(state)
    match event:
        case CalleeGone():
            return Move(replace(state, doing=Doing.OVER, is_open=False))
        case Pressed():
            return _pressed(state, event, script=script)
        case MachineFound() | Beep():
            return _machine(state, event, script=script)
        case Done() | TimedOut() | Connected() | Failed():
            carry_on = None if event.act != state.act else _REPORTS.get((state.doing, type(event)))
            return Move(state) if carry_on is None else carry_on(state)
        case _:
            assert_never(event)


def _go_on(state: State) -> Move:
    """Take the next step; a script ends with a hang-up, and one that does not is ended in the same way."""
    step, rest = (state.rest[0], state.rest[1:]) if state.rest else (HangUp(Finish.SAID), ())
    state = replace(state, rest=rest, is_open=False)
    match step:
        case Say():
            return _play(state, step.parts)
        case Menu():
            return _open_menu(replace(state, menu=step, behind_menu=rest, plays=1), before=())
        case Transfer():
            return _connect(state, step.extension)
        case OptOut() | Record():
            return _meanwhile(state, step)
        case Repeat():
            return _repeat(state)
        case HangUp():
            return _end(state, step.finish)
        case _:
            assert_never(step)


def _meanwhile(state: State, step: OptOut | Record) -> Move:
    """Command what takes no time, and go on."""
    opts_out = isinstance(step, OptOut)
    move = _go_on(replace(state, is_opted_out=state.is_opted_out or opts_out))
    return Move(move.state, (BlockNumber() if opts_out else StartRecording(), *move.commands))


def _connect(state: State, extension: str) -> Move:
    ringing = replace(state, doing=Doing.CONNECTING, act=state.act + 1)
    return Move(ringing, (Connect(ringing.act, extension),))


def _not_connected(state: State) -> Move:
    """Stop ringing an extension that did not answer in time."""
    move = _go_on(state)
    return Move(move.state, (Stop(), *move.commands))


def _talk(state: State) -> Move:
    talking = replace(state, doing=Doing.TALKING, act=state.act + 1)
    return Move(talking, (Wait(talking.act, LONGEST_TALK_SECONDS),))


def _repeat(state: State) -> Move:
    if state.menu is None or state.repeats >= MOST_REPEATS:
        return _go_on(state)
    return _open_menu(replace(state, repeats=state.repeats + 1, rest=state.behind_menu), before=())


def _open_menu(state: State, *, before: tuple[Part, ...]) -> Move:
    """Play the prompt after what comes before it, and take keys from the first sound on."""
    prompt = () if state.menu is None else state.menu.prompt
    return _play(replace(state, is_open=True), (*before, *prompt))


def _play(state: State, parts: tuple[Part, ...]) -> Move:
    playing = replace(state, doing=Doing.PLAYING, act=state.act + 1)
    return Move(playing, (Play(playing.act, parts),)) if parts else _after_play(playing)


def _after_play(state: State) -> Move:
    """Wait for a key after a menu's prompt; there is nothing to wait for after the last play without keys."""
    if not state.is_open or state.menu is None:
        return _go_on(state)
    if state.menu.wait_seconds == 0 or (not state.menu.keys and state.plays >= state.menu.plays):
        return _after_wait(state)
    waiting = replace(state, doing=Doing.WAITING, act=state.act + 1)
    return Move(waiting, (Wait(waiting.act, state.menu.wait_seconds),))


def _after_wait(state: State) -> Move:
    if state.menu is None or state.plays >= state.menu.plays:
        return _go_on(state)
    return _open_menu(replace(state, plays=state.plays + 1), before=())


def _pressed(state: State, press: Pressed, *, script: Script) -> Move:
    if _is_bounce(state, press):
        return Move(state)
    noted = replace(state, pressed=(*state.pressed, press)[:MOST_PRESSES])
    if state.menu is None or not state.menu.keys:
        return Move(noted)
    steps = state.menu.keys.get(press.digit)
    if steps is not None and (state.is_open or _opts_out(state, press, script=script)):
        return _interrupt(noted, steps)
    return _wrong_key(noted, state.menu) if state.is_open else Move(noted)


def _opts_out(state: State, press: Pressed, *, script: Script) -> bool:
    """Return True for the opt-out key while we speak: it works behind the menu too."""
    speaks = state.doing in {Doing.PLAYING, Doing.WAITING}
    return speaks and press.digit == script.opt_out_key and not state.is_opted_out


def _is_bounce(state: State, press: Pressed) -> bool:
    """Return True for the same key so soon again that it is the same press."""
    if state.menu is None or not state.pressed:
        return False
    last = state.pressed[-1]
    return last.digit == press.digit and press.seconds - last.seconds < state.menu.bounce_seconds


def _wrong_key(state: State, menu: Menu) -> Move:
    """Play the prompt again behind the sound for wrong keys; the last wrong key ends the menu."""
    state = replace(state, wrong_keys=state.wrong_keys + 1)
    if state.wrong_keys >= MOST_WRONG_KEYS:
        return _interrupt(state, menu.after_wrong_keys)
    return _stopped(state, _open_menu(state, before=menu.wrong_key))


def _interrupt(state: State, steps: tuple[Step, ...]) -> Move:
    return _stopped(state, _go_on(replace(state, rest=steps)))


def _stopped(state: State, move: Move) -> Move:
    """Stop what plays before the commands of the move."""
    return Move(move.state, (Stop(), *move.commands)) if state.doing is Doing.PLAYING else move


def _machine(state: State, event: MachineFound | Beep, *, script: Script) -> Move:
    """Turn to what the template does about machines; a callee who talks with an extension is none."""
    waits = state.doing is Doing.AWAITING_BEEP and isinstance(event, Beep)
    speaks = state.doing in {Doing.PLAYING, Doing.WAITING} and not state.is_machine
    steps = steps_for_machine(event, script=script) if waits or speaks else None
    if steps is None:
        return Move(state)
    found = replace(state, is_machine=True, menu=None, message=message_steps(script))
    if steps:
        return _stopped(state, _go_on(replace(found, rest=steps)))
    waiting = replace(found, doing=Doing.AWAITING_BEEP, act=state.act + 1, is_open=False)
    return _stopped(state, Move(waiting, (Wait(waiting.act, BEEP_AWAITED_SECONDS),)))


def _no_beep(state: State) -> Move:
    return _go_on(replace(state, rest=state.message))


def _end(state: State, finish: Finish) -> Move:
    return Move(replace(state, doing=Doing.OVER, is_open=False, finish=finish), (End(finish),))


def _broken(state: State) -> Move:
    return _end(state, Finish.BROKEN)


def _transferred(state: State) -> Move:
    return _end(state, Finish.TRANSFERRED)


_REPORTS: Final[Mapping[tuple[Doing, type[Event]], Callable[[State], Move]]] = {
    (Doing.PLAYING, Done): _after_play,
    (Doing.PLAYING, Failed): _broken,
    (Doing.PLAYING, TimedOut): _broken,
    (Doing.WAITING, TimedOut): _after_wait,
    (Doing.AWAITING_BEEP, TimedOut): _no_beep,
    (Doing.CONNECTING, Connected): _talk,
    (Doing.CONNECTING, Failed): _go_on,
    (Doing.CONNECTING, TimedOut): _not_connected,
    (Doing.TALKING, Done): _transferred,
    (Doing.TALKING, TimedOut): _transferred,
}
"""What follows from a report about the present act; others are impossible, and change nothing."""
