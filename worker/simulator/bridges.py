"""Legs that are joined by ``uuid_bridge``, legs that are parked, and what becomes of one when the other ends."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from worker.simulator.channel import Channel
from worker.simulator.exchange import ORDINARY, Exchange
from worker.simulator.phones import Phones
from worker.simulator.up import Up
from worker.simulator.voice_lines import VoiceLines

_PARK: Final = "park_after_bridge"
_NEXT: Final = 0.02
"""Seconds from one step of a leg to the next, as a real switch takes them."""


class Legs(Exchange, Protocol):
    """The switch, as its bridges see it."""

    lines: VoiceLines

    def up(self, call_id: str) -> Up | None:
        """Return a leg that is up."""


class Bridges:
    """Pairs of legs: the first is the one that was named first, which tells the events."""

    def __init__(self, legs: Legs, phones: Phones, *, speed: float, loop: AbstractEventLoop) -> None:
        """Start without pairs."""
        self._legs = legs
        self._phones = phones
        self._speed = speed
        self._loop = loop
        self._firsts: dict[str, str] = {}
        """The first leg of the pair in which a leg is; both legs are keys."""
        self._seconds: dict[str, str] = {}
        """The second leg of each pair by its first."""
        self._asked: dict[str, tuple[str, TimerHandle]] = {}
        """Bridges that were asked for and are not there yet, by the leg that was named first."""
        self._timers: dict[str, list[TimerHandle]] = {}
        self._transferred: dict[str, str] = {}
        """The targets to which transferred legs talk."""

    def other(self, call_id: str) -> str:
        """Return the leg to which this one talks; empty when there is none."""
        first = self._firsts.get(call_id, "")
        return first if first != call_id else self._seconds.get(first, "")

    def park(self, channel: Channel) -> None:
        """Keep a leg up until somebody does something with it."""
        self._legs.fire_of("CHANNEL_PARK", channel, {})

    def ask(self, first: str, second: str) -> bool:
        """Join two answered legs in a moment; return False when one of them is not there."""
        ups = [self._legs.up(first), self._legs.up(second)]
        if first == second or not all(up is not None and up.channel.answered for up in ups):
            return False
        if (asked := self._asked.pop(first, None)) is not None:
            asked[1].cancel()
        self._asked[first] = second, self._loop.call_later(self._phones.bridge_delay(), self._join, first, second)
        return True

    def _join(self, first: str, second: str) -> None:
        """Join them; a leg that talked to another one leaves it."""
        del self._asked[first]
        a, b = self._legs.up(first), self._legs.up(second)
        if a is None or b is None:
            if a is not None:
                self._leave_alone(a)
            return
        for call_id in (first, second):
            self.separate(call_id)
        self._firsts |= {first: first, second: first}
        self._seconds[first] = second
        for up, other in ((a, second), (b, first)):
            up.stop_fate()
            up.channel.join(other, at=self._legs.clock())
            if (line := self._legs.lines.of(up.channel.id)) is not None:
                line.join()
        self._legs.note("bridged", a.channel, other=second)
        self._legs.fire_of("CHANNEL_BRIDGE", a.channel, _pair(first, second))
        self._converse(first, agent=b if b.channel.is_agent else a, callee=a if b.channel.is_agent else b)

    def _converse(self, first: str, *, agent: Up, callee: Up) -> None:
        """Plan the end: by the callee, or as often by an agent whose leg is for this call only."""
        talk = self._phones.conversation()
        ends = callee if _parks(agent.channel) or callee.channel.fate.ended_by_us is False else agent
        self._timers[first] = [self._later(talk.seconds, self._legs.leave, ends.channel.id)]
        if talk.dies_after is not None:
            self._timers[first].append(self._later(talk.dies_after, self._legs.leave, agent.channel.id))

    def separate(self, call_id: str) -> None:
        """End the pair of a leg that goes on; the other one is left alone."""
        other = self.part(call_id)
        if (up := self._legs.up(other)) is not None:
            self._leave_alone(up)

    def part(self, call_id: str) -> str:
        """End the pair in which a leg is, and return the other leg; empty when there is none."""
        other, first = self.other(call_id), self._firsts.get(call_id, "")
        if not other:
            return ""
        for timer in self._timers.pop(first, []):
            timer.cancel()
        second = self._seconds.pop(first)
        del self._firsts[first], self._firsts[second]
        for leg in (first, second):
            if (line := self._legs.lines.of(leg)) is not None:
                line.part()
        if (up := self._legs.up(first)) is not None:
            self._legs.note("unbridged", up.channel, other=second)
            self._legs.fire_of("CHANNEL_UNBRIDGE", up.channel, _pair(first, second))
        return other

    def transfer(self, up: Up, target: str, *, is_rung: bool) -> None:
        """Take a leg out of its pair; a target is rung, but no extension of a dialplan."""
        self._legs.note("transferred", up.channel, other=target)
        self.separate(up.channel.id)
        if (line := self._legs.lines.of(up.channel.id)) is not None:
            line.join()
        if not is_rung:
            self.park(up.channel)
            return
        fate = self._phones.fate_of(target.rpartition("/")[2].partition("@")[0])
        far_end = fate.far_end.value
        up.timers.append(
            self._later(fate.setup + fate.ring, partial(self._pick_up, target), up.channel.id)
            if far_end.answers
            else self._later(fate.setup, partial(self._legs.kill, cause=far_end.cause), up.channel.id)
        )

    def _pick_up(self, target: str, call_id: str) -> None:
        if (up := self._legs.up(call_id)) is not None:
            self._transferred[call_id] = target
            up.channel.bridged = self._legs.clock()
            self._legs.note("bridged", up.channel, other=target)
            self._legs.fire_of("CHANNEL_BRIDGE", up.channel, {"Bridge-A-Unique-ID": call_id})
            up.timers.append(self._later(self._phones.conversation().seconds, self._legs.leave, call_id))

    def end(self, call_id: str) -> str:
        """Note that a leg is about to end, and return the leg that it leaves alone."""
        target, up = self._transferred.pop(call_id, ""), self._legs.up(call_id)
        if target and up is not None:
            self._legs.note("unbridged", up.channel, other=target)
        if (asked := self._asked.pop(call_id, None)) is not None:
            asked[1].cancel()
        return self.part(call_id)

    def leave_alone(self, call_id: str) -> None:
        """Park a leg whose pair has ended, if it asked for that; hang it up otherwise."""
        if (up := self._legs.up(call_id)) is not None:
            self._leave_alone(up)

    def _leave_alone(self, up: Up) -> None:
        if _parks(up.channel):
            self.park(up.channel)
        else:
            up.timers.append(self._loop.call_later(_NEXT, self._hang_up, up.channel.id))

    def _hang_up(self, call_id: str) -> None:
        self._legs.kill(call_id, cause=ORDINARY)

    def _later(self, seconds: float, action: Callable[[str], object], call_id: str) -> TimerHandle:
        return self._loop.call_later(seconds / self._speed, action, call_id)


def _parks(channel: Channel) -> bool:
    return (channel.variables.get(_PARK) or channel.dial.variables.get(_PARK)) == "true"


def _pair(first: str, second: str) -> dict[str, str]:
    return {"Bridge-A-Unique-ID": first, "Bridge-B-Unique-ID": second, "Other-Leg-Unique-ID": second}
