"""The simulated switch's own log of what it carried, one JSON object a line; tests judge limits by it.

``started`` (the switch begins, nothing is up), ``originated``, ``progress``, ``answered``, ``hangup``, ``refused``. All
but the first carry call, number, campaign, lead, caller_id, gateway; ``hangup`` and ``refused`` a cause; ``at`` is the
time in seconds.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import BinaryIO

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened on the switch."""

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


_FIELDS = frozenset(field.name for field in fields(Line))


class SwitchLog:
    """Appends lines, each flushed at once: what is in the file happened, even if the process is killed."""

    def __init__(self, path: Path | None) -> None:
        """Open the file, or write nothing when there is none."""
        self._file: BinaryIO | None = None if path is None else path.open("ab", buffering=0)

    def write(self, line: Line) -> None:
        """Write one line."""
        if self._file is not None:
            told = {name: value for name in _FIELDS if (value := getattr(line, name)) != ""}
            self._file.write(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read_log(path: Path) -> list[Line]:
    """Read all whole lines, in the order in which things happened."""
    if not path.exists():
        return []
    *whole, _unfinished = path.read_bytes().split(b"\n")
    lines = []
    for text in whole:
        try:
            told = orjson.loads(text)
        except orjson.JSONDecodeError:  # the end of a line that a killed process began
            continue
        lines.append(Line(**{name: value for name, value in told.items() if name in _FIELDS}))
    return lines


def concurrent(lines: Iterable[Line]) -> Iterator[tuple[float, int]]:
    """Give how many calls were up after each moment at which that changed."""
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
    """Give the most calls that were up at one moment."""
    return max((count for _, count in concurrent(lines)), default=0)


def peak_by(lines: Iterable[Line], key: Callable[[Line], str]) -> dict[str, int]:
    """Give the same for each value of a key."""
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
    """Give the most calls of each campaign that were up at one moment."""
    return peak_by(lines, lambda line: line.campaign)


def dials_by_number(lines: Iterable[Line]) -> Counter[str]:
    """Count how often each number was dialled."""
    return Counter(line.number for line in lines if line.event == "originated")


def dials_by_call(lines: Iterable[Line]) -> Counter[str]:
    """Count how often each call was dialled: never more than once, whatever crashed."""
    return Counter(line.call for line in lines if line.event == "originated")
