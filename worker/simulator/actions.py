"""What an answered call executes: the application of an originate, or the actions of FreeSWITCH's inline dialplan."""

import re
from dataclasses import dataclass
from typing import Final

from worker.simulator.originate import Dial

_APPLICATION: Final = re.compile(r"&([a-z_]+)(?:\((.*)\))?")


@dataclass(frozen=True, slots=True)
class Action:
    """One application with its argument."""

    name: str
    argument: str = ""


def actions_of(dial: Dial) -> tuple[Action, ...]:
    """Return the actions in their order; empty for an extension of a dialplan, which is not simulated."""
    found = _APPLICATION.fullmatch(dial.application)
    if found is not None:
        return (Action(found[1], found[2] or ""),)
    if dial.dialplan != "inline":
        return ()
    pieces = (piece.partition(":") for piece in dial.application.split(","))
    return tuple(Action(name.strip(), argument) for name, _, argument in pieces)


def addresses_of(argument: str) -> list[tuple[str, int]]:
    """Return the hosts and ports that ``socket`` tries, in its order."""
    hosts, _, _ = argument.partition(" ")
    pairs = (one.rpartition(":") for one in hosts.split("|"))
    return [(host, int(port)) for host, _, port in pairs if host and port.isdecimal()]
