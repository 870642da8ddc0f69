"""Lines of several switches' logs, in the order in which things happened."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from worker.simulator.log import Line, read_log

NO_KILLS: Final[Mapping[str, Sequence[float]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Line):
    """A line, and the part of the world that wrote it."""

    switch: str = ""


KILLED: Final = "killed"
"""The event of a switch that was killed, which it cannot write itself: its calls are over."""


def read_logs(logs: Mapping[str, Path], *, kills: Mapping[str, Sequence[float]] = NO_KILLS) -> tuple[Seen, ...]:
    """Return the complete lines of all switches, by the machine's clock, and when each of them was killed."""
    lines = [Seen(**asdict(line), switch=switch) for switch, log in logs.items() for line in read_log(log)]
    ends = [Seen(event=KILLED, at=at, switch=switch) for switch, moments in kills.items() for at in moments]
    return tuple(sorted([*lines, *ends], key=lambda line: line.at))
