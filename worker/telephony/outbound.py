"""The outbound event socket: what we tell a switch that has connected for one call, and what it reports.

Plain functions of bytes and frames; no socket is used here. `tests/payloads/outbound-*` are recorded conversations.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from worker.domain.ids import CallId
from worker.domain.recording import VARIABLE
from worker.telephony.causes import AS_ANSWERED, VOICEMAIL, is_machine
from worker.telephony.esl import Frame, MalformedEvent, SwitchEvent, event_of

CONNECT: Final = b"connect\n\n"
"""The first command of each conversation: the switch says nothing before it."""
LINGER_SECONDS: Final = 5
"""So long the switch keeps the connection after the hang-up; without it, the hang-up event is often lost."""
_EVENTS: Final = "CHANNEL_EXECUTE_COMPLETE CHANNEL_BRIDGE CHANNEL_UNBRIDGE DTMF CHANNEL_HANGUP_COMPLETE"
_BOUND: Final = re.compile(r"sched_hangup \+([0-9]{1,6}) ALLOTTED_TIMEOUT")
_ACT: Final = "ca11bea7-0000-4000-8000-"
"""Begins the ids of our acts; the number of the act follows, in twelve digits."""
_KEEP: Final = "park_after_bridge"
_MICROSECONDS: Final = 1_000_000
_BEEP: Final = "avmd::beep"
_NOT_FOUND: Final = "FILE NOT FOUND"
_NO_LEG: Final = "-ERR Invalid uuid"
"""The reply to ``uuid_bridge`` alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOnLine:
    """The call for which a switch has connected."""

    call_id: CallId
    core_id: str
    """The switch's ``Core-UUID``, which tells switches and their restarts apart."""
    is_machine: bool = False
    """True when the switch's own detector has found a machine before it connected."""
    longest_seconds: int | None = None
    """How long the call may last; None when its originate set no bound."""


@dataclass(frozen=True, slots=True)
class Executed:
    """An application has ended; ``is_done`` is False when it could not do what it was told."""

    act: int
    is_done: bool
    is_machine: bool = False
    """True when a detector has found a machine when it ended."""


@dataclass(frozen=True, slots=True)
class Bridged:
    """The callee is connected to the other leg, whose id may not be known."""

    leg: str = ""


@dataclass(frozen=True, slots=True)
class Unbridged:
    """The callee is not connected any more."""


@dataclass(frozen=True, slots=True)
class LegMissing:
    """The leg to which the callee was to be connected does not exist."""


@dataclass(frozen=True, slots=True)
class Digit:
    """The callee pressed a key, so many seconds after the answer by the switch's clock."""

    digit: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Beeped:
    """The switch's detector heard a beep."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The call is over."""


Report = Executed | Bridged | Unbridged | LegMissing | Digit | Beeped | Gone


def call_on_line(frame: Frame) -> CallOnLine | None:
    """Return the call in the reply to ``connect``; None when the frame is no such reply."""
    headers = frame.headers
    if frame.content_type != "command/reply" or "Unique-ID" not in headers:
        return None
    try:
        call_id = CallId(UUID(headers["Unique-ID"]))
    except ValueError:
        return None
    on_answer = (unquote(value) for name, value in headers.items() if name.startswith("variable_execute_on_answer"))
    longest = min((int(found[1]) for one in on_answer if (found := _BOUND.fullmatch(one))), default=None)
    return CallOnLine(
        call_id=call_id,
        core_id=headers.get("Core-UUID", ""),
        is_machine=is_machine(headers),
        longest_seconds=longest,
    )


def listen(call_id: CallId) -> bytes:
    """Return the commands that subscribe to the call's events, and to no other call's."""
    return f"linger {LINGER_SECONDS}\n\nfilter Unique-ID {call_id}\n\nevent json {_EVENTS}\n\n".encode()


def detect_beeps() -> bytes:
    """Return the commands that start FreeSWITCH's detector of beeps, and subscribe to what it hears."""
    return f"event json CUSTOM {_BEEP}\n\n".encode() + _execute("avmd_start", "")


def treat_as_answered() -> bytes:
    """Return the command by which the hang-up event and the CDR count a machine as a person."""
    return _execute("set", f"{VOICEMAIL}={AS_ANSWERED}")


def play(what: str, *, act: int) -> bytes:
    """Return the command that plays a file, or several that FreeSWITCH's ``file_string`` joins."""
    return _execute("playback", what, act=act)


def record(folder: str, name: str) -> bytes:
    """Return the commands that record the call behind what plays now, and name the file in its hang-up event and CDR.

    A file that cannot be opened changes nothing for the callee: FreeSWITCH 1.10.12 goes on with the call.
    """
    return _execute("set", f"{VARIABLE}={name}") + _execute("record_session", f"{folder}/{name}")


def bridge(target: str, *, seconds: int, act: int) -> bytes:
    """Return the command that rings the target for so long and connects the callee to it."""
    return _execute("bridge", f"{{originate_timeout={seconds},ignore_early_media=true}}{target}", act=act)


def join(call_id: CallId, leg: str) -> bytes:
    """Return the commands that connect the callee to an agent's leg that is up.

    Should the leg be gone before they are connected, the callee stays, and can be connected to another one.
    """
    return f"api uuid_setvar {call_id} {_KEEP} true\n\napi uuid_bridge {call_id} {leg}\n\n".encode()


def let_go_with_agent(call_id: CallId) -> bytes:
    """Return the command by which the callee's call ends with the conversation, on whichever side."""
    return f"api uuid_setvar {call_id} {_KEEP} false\n\n".encode()


def end_leg(leg: str) -> bytes:
    """Return the command that ends an agent's leg to which nobody could be connected."""
    return f"api uuid_kill {leg}\n\n".encode()


def stop_playing(call_id: CallId) -> bytes:
    """Return the command that ends the present playback and drops those that are queued behind it."""
    return f"api uuid_break {call_id} all\n\n".encode()


def hang_up(cause: str) -> bytes:
    """Return the command that ends the call."""
    return f"sendmsg\ncall-command: hangup\nhangup-cause: {cause}\n\n".encode()


def hang_up_within(seconds: float, *, call_id: CallId, cause: str) -> bytes:
    """Return the commands that replace what the switch had scheduled for the call by this end.

    FreeSWITCH counts whole seconds and ends the call up to one second early, which is added here. An end that is
    infinitely far away is none.
    """
    forgotten = f"api sched_del {call_id}\n\n"
    if math.isinf(seconds):
        return forgotten.encode()
    whole = math.ceil(seconds) + 1
    return f"{forgotten}api sched_hangup +{whole} {call_id} {cause}\n\n".encode()


def report_of(frame: Frame) -> Report | None:
    """Return what the frame reports; None for replies, and for events that change nothing."""
    if frame.content_type == "text/disconnect-notice":
        return None if frame.headers.get("Content-Disposition") == "linger" else Gone()
    if frame.content_type == "api/response":
        return LegMissing() if frame.text.startswith(_NO_LEG) else None
    return _reported(frame) if frame.is_event else None


def _reported(frame: Frame) -> Report | None:
    try:
        event = event_of(frame)
    except MalformedEvent:
        return None
    read = _READ.get(event["Event-Name"])
    return None if read is None else read(event)


def _execute(application: str, argument: str, *, act: int | None = None) -> bytes:
    """Return a command that waits for those before it: without the lock, FreeSWITCH runs it inside of them."""
    lines = (
        "sendmsg",
        "call-command: execute",
        f"execute-app-name: {application}",
        f"execute-app-arg: {argument}",
        *([] if act is None else [f"Event-UUID: {_ACT}{act:012d}"]),
        "event-lock: true",
    )
    return ("\n".join(lines) + "\n\n").encode()


def _executed(event: SwitchEvent) -> Executed | None:
    name = event.get("Application-UUID", "")
    number = name.removeprefix(_ACT)
    if number == name or not number.isdecimal():  # an application that we did not ask for, such as `socket` itself
        return None
    return Executed(int(number), is_done=event.get("Application-Response") != _NOT_FOUND, is_machine=is_machine(event))


def _digit(event: Mapping[str, str]) -> Digit | None:
    digit = event.get("DTMF-Digit", "")
    pressed, answered = event.get("Event-Date-Timestamp", ""), event.get("Caller-Channel-Answered-Time", "")
    if len(digit) != 1 or not (pressed.isdecimal() and answered.isdecimal()):
        return None
    return Digit(digit, max(0.0, (int(pressed) - int(answered)) / _MICROSECONDS))


def _beeped(event: Mapping[str, str]) -> Beeped | None:
    is_beep = event.get("Event-Subclass") == _BEEP and event.get("Beep-Status") == "DETECTED"
    return Beeped() if is_beep else None


_READ: Final[Mapping[str, Callable[[SwitchEvent], Report | None]]] = {
    "CHANNEL_EXECUTE_COMPLETE": _executed,
    "CHANNEL_BRIDGE": lambda event: Bridged(event.get("Bridge-B-Unique-ID", "")),
    "CHANNEL_UNBRIDGE": lambda _: Unbridged(),
    "DTMF": _digit,
    "CUSTOM": _beeped,
    "CHANNEL_HANGUP_COMPLETE": lambda _: Gone(),
}
