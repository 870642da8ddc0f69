"""Judge by the switch's log alone how callees and agents were brought together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from worker.simulator.log import Line


@dataclass(frozen=True, slots=True)
class Meeting:
    """A callee's leg and an agent's leg, from when to when they talked; times in seconds since 1970."""

    callee: str
    agent: str
    since: float
    until: float


def meetings(lines: Iterable[Line]) -> list[Meeting]:
    """Return all conversations; one that has not ended is endless."""
    since: dict[tuple[str, str], float] = {}
    found = []
    for line in lines:
        pair = line.call, line.other
        if line.event == "bridged":
            since[pair] = line.at
        elif line.event == "unbridged" and pair in since:
            found.append(Meeting(*pair, since.pop(pair), line.at))
        elif line.event == "started":
            found += [Meeting(*one, at, line.at) for one, at in since.items()]
            since.clear()
    return found + [Meeting(*pair, at, float("inf")) for pair, at in since.items()]


def callees_with_two_agents(lines: Iterable[Line]) -> set[str]:
    """Return callees' legs that talked to two agents at once."""
    return set(_at_once((one.callee, one) for one in meetings(lines)))


def agents_with_two_callees(lines: Iterable[Line]) -> set[str]:
    """Return agents' legs that talked to two callees at once."""
    return set(_at_once((one.agent, one) for one in meetings(lines)))


def left_in_silence(lines: Iterable[Line], *, seconds: float) -> dict[str, float]:
    """Return answered callees who got neither an agent nor a message in time, with how long they waited.

    A callee who hung up before is not among them, nor one whose time was not over when the log ends.
    """
    waiting: dict[str, float] = {}
    left: dict[str, float] = {}
    at = 0.0
    for line in lines:
        at = line.at
        if line.event == "answered":
            waiting[line.call] = line.at
        elif line.event == "started":
            waiting.clear()
        elif line.event in {"bridged", "played", "hangup"} and line.call in waiting:
            waited = line.at - waiting.pop(line.call)
            was_dropped = line.event == "hangup" and line.by != "callee"
            if waited > seconds or was_dropped:
                left[line.call] = waited
    return left | {call: at - since for call, since in waiting.items() if at - since > seconds}


def waits(lines: Iterable[Line]) -> list[float]:
    """Return the seconds from each answer to the agent, of callees who got one."""
    answered: dict[str, float] = {}
    found = []
    for line in lines:
        if line.event == "answered":
            answered[line.call] = line.at
        elif line.event == "bridged" and line.call in answered:
            found.append(line.at - answered.pop(line.call))
    return found


def _at_once(keyed: Iterable[tuple[str, Meeting]]) -> Iterator[str]:
    until: dict[str, float] = {}
    for key, meeting in sorted(keyed, key=lambda one: one[1].since):
        if meeting.since < until.get(key, 0.0):
            yield key
        until[key] = max(meeting.until, until.get(key, 0.0))
