"""What callees heard and pressed, in words, beside what the product has stored of it; plain values for the judge."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, select

from tests.faults.speech_engine import seconds_of
from tests.stack.sounds import Dictionary
from tests.stack.spying import spellings
from worker.domain.keys import KeyPress
from worker.simulator.heard import read_heard
from worker.store.base.tables import calls, do_not_call

JOINED: Final = "j"
"""Begins the names of sounds that were joined for one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened on a callee's line."""

    at: float
    event: str
    """``connected``, ``sound``, ``stopped``, ``key``, ``bridged``, or ``left`` when the callee hung up."""
    says: tuple[str, ...] = ()
    """The texts and words of a sound; empty for silence."""
    seconds: float = 0.0
    """How long a sound is, by the switch."""
    due_seconds: float = 0.0
    """How long it would be if it is whole; 0 where that is not known."""
    key: str = ""
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """A number on the do-not-call list."""

    tenant: str
    phone: str
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Everything about what was spoken."""

    lines: Mapping[str, Sequence[Moment]] = field(default_factory=dict)
    """By call."""
    scripts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What each callee hears who presses nothing, by number; a script that ends with the good-bye takes keys."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """The code of each OTP, by the callee's number."""
    pressed: Mapping[str, str] = field(default_factory=dict)
    """The keys of each call's row."""
    barred: tuple[Barred, ...] = ()
    found: tuple[tuple[str, str], ...] = ()
    """Files in which a code was found afterwards, each with the number that it was for."""
    left_over: tuple[str, ...] = ()
    """Sounds of single calls that were still there long after them."""
    relay_port: int = 0
    """Conversations by this port went through a network at fault."""


def read_lines(logs: Iterable[Path], *, copies: Path, words: Dictionary) -> dict[str, list[Moment]]:
    """Return what happened on each line, by call, by the logs of all switches."""
    found: dict[str, list[Moment]] = {}
    rows = sorted((row for log in logs for row in read_heard(log)), key=lambda row: float(str(row["at"])))
    for row in rows:
        found.setdefault(str(row["call"]), []).append(_moment(row, copies=copies, words=words))
    return found


def _moment(row: Mapping[str, object], *, copies: Path, words: Dictionary) -> Moment:
    says, due = _said(str(row.get("sound", "")), copies=copies, words=words)
    return Moment(
        at=float(str(row["at"])),
        event=str(row["event"]),
        says=says,
        seconds=float(str(row.get("seconds", 0.0))),
        due_seconds=due,
        key=str(row.get("key", "")),
        port=int(str(row.get("port", 0))),
    )


def _said(sound: str, *, copies: Path, words: Dictionary) -> tuple[tuple[str, ...], float]:
    if sound.startswith(JOINED):
        file = copies / f"{sound}.wav"
        return _read(file, words=words) if file.exists() else (), 0.0
    text = words.text_of(sound) if sound else ""
    return ((text,), seconds_of(text)) if text else ((), 0.0)


def _read(file: Path, *, words: Dictionary) -> tuple[str, ...]:
    try:
        return tuple(words.read(file))
    except AssertionError:
        return (f"<unknown: {file.name}>",)


def read_pressed(engine: Engine) -> dict[str, str]:
    """Return the keys of each call's row."""
    with engine.connect() as connection:
        rows = connection.execute(select(calls.c.id, calls.c.pressed)).all()
    return {str(call): _digits(pressed or ()) for call, pressed in rows}


def _digits(pressed: Iterable[KeyPress]) -> str:
    return "".join(press.digit for press in pressed)


def read_barred(engine: Engine) -> tuple[Barred, ...]:
    """Return all numbers on do-not-call."""
    columns = (do_not_call.c.tenant_id, do_not_call.c.phone, do_not_call.c.created_at)
    with engine.connect() as connection:
        rows = connection.execute(select(*columns)).all()
    return tuple(Barred(tenant=str(tenant), phone=phone, since=at.timestamp()) for tenant, phone, at in rows)


def search(home: Path, codes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each file below the home that has a code in it, or in its name, with the number that it was for."""
    spelled = {phone: spellings(code) for phone, code in codes.items()}
    found = []
    for path in home.rglob("*"):
        data = str(path).encode() + (path.read_bytes() if path.is_file() else b"")
        found += [(str(path), phone) for phone, texts in spelled.items() if any(text in data for text in texts)]
    return found


def left_over(sounds: Path, *, seconds: float) -> list[str]:
    """Return the sounds of single calls that are older than that."""
    before = time.time() - seconds
    return [file.name for file in sounds.glob(f"{JOINED}*/{JOINED}*.wav") if file.stat().st_mtime < before]
