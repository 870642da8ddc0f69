"""The log that the simulated switch writes of its calls, one JSON object a line; tests check limits against it.

The events are ``started`` (the switch starts, no call is up), ``originated``, ``progress``, ``answered``, ``hangup``,
``refused`` and ``policed`` (see ``police.py``); of an answered call ``played`` (its first sound), ``bridged``,
``unbridged``, ``held``, ``unheld`` and ``transferred``; of a leg to an agent's telephone ``agent_called``,
``agent_up``, ``agent_down`` and ``agent_refused``. ``README.md`` in this folder describes the fields.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import BinaryIO

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event in the log; ``at`` is in seconds since 1970. A field without a value is not written."""

    event: str
    at: float
    call: str = ""
    number: str = ""
    campaign: str = ""
    lead: str = ""
    caller_id: str = ""
    gateway: str = ""
    cause: str = ""
    why: str = ""
    other: str = ""
    """The other leg of a bridge, or the target of a transfer."""
    by: str = ""
    """``callee`` when the far end ended an answered call."""


_FIELDS = frozenset(field.name for field in fields(Line))


class SwitchLog:
    """Appends lines without a buffer, so that the file is complete even when the process is killed."""

    def __init__(self, path: Path | None) -> None:
        """Open the file; without a path nothing is written."""
        self._file: BinaryIO | None = None if path is None else path.open("ab", buffering=0)

    def write(self, line: Line) -> None:
        """Append one line."""
        if self._file is not None:
            values = {name: value for name in _FIELDS if (value := getattr(line, name)) != ""}
            self._file.write(orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read_log(path: Path) -> list[Line]:
    """Return all complete lines, oldest first."""
    return lines_of(path.read_bytes()) if path.exists() else []


def lines_of(written: bytes) -> list[Line]:
    """Return the complete lines of a part of a log that begins with a line."""
    *complete, _unfinished = written.split(b"\n")
    lines = []
    for text in complete:
        try:
            values = orjson.loads(text)
        except orjson.JSONDecodeError:  # a line that a killed process did not finish
            continue
        lines.append(Line(**{name: value for name, value in values.items() if name in _FIELDS}))
    return lines


def concurrent(lines: Iterable[Line]) -> Iterator[tuple[float, int]]:
    """Yield (time, number of calls up) after each change."""
    up: set[str] = set()
    for line in lines:
        match line.event:
            case "started":
                up.clear()
            case "originated":
                up.add(line.call)
            case "hangup":
                up.discard(line.call)
            case _:
                continue
        yield line.at, len(up)


def peak(lines: Iterable[Line]) -> int:
    """Return the highest number of calls that were up at the same time."""
    return max((count for _, count in concurrent(lines)), default=0)


def peak_by(lines: Iterable[Line], key: Callable[[Line], str]) -> dict[str, int]:
    """Return ``peak`` for each value of a key."""
    groups: dict[str, list[Line]] = {}
    starts: list[Line] = []
    for line in lines:
        if line.event == "started":
            starts.append(line)
            for group in groups.values():
                group.append(line)
        else:
            groups.setdefault(key(line), list(starts)).append(line)
    return {name: peak(group) for name, group in groups.items()}


def peak_by_campaign(lines: Iterable[Line]) -> dict[str, int]:
    """Return ``peak`` for each campaign."""
    return peak_by(lines, lambda line: line.campaign)


def dials_by_number(lines: Iterable[Line]) -> Counter[str]:
    """Return how often each number was dialled."""
    return Counter(line.number for line in lines if line.event == "originated")


def dials_by_call(lines: Iterable[Line]) -> Counter[str]:
    """Return how often each call was dialled; more than once is a fault, even after a crash."""
    return Counter(line.call for line in lines if line.event == "originated")
