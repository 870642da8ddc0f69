"""What can befall a part of Callbeat, the switch's connections, the messages, the receiver, or a clock."""

from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final

from redis import Redis

from tests.faults.hosts import Hosts
from tests.faults.relay import Line, Trouble
from tests.faults.world import World
from tests.stack.receiver import WELL
from worker.domain.errors import Unavailable
from worker.telephony.connection import open_connection

HOUR_SECONDS: Final = 3600.0


class Kind(StrEnum):
    """What happens."""

    KILLED = "kill -9"
    TERMINATED = "SIGTERM"
    FROZEN = "SIGSTOP, then SIGCONT"
    AWAY = "stopped, away"
    FLUSHED = "FLUSHALL"
    CUT_IN_EVENT = "cut within an event"
    CUT_BEFORE_LAST_BYTE = "cut within an originate"
    CUT_AFTER_LAST_BYTE = "cut after an originate"
    STALLED = "nothing is delivered"
    EVENTS_PERTURBED = "doubled, re-ordered events"
    MESSAGES_DOUBLED = "doubled, re-ordered messages"
    CLOCK_AHEAD = "clock an hour ahead"
    CLOCK_BEHIND = "clock an hour behind"
    SWITCH_AHEAD = "its clock an hour ahead"
    SWITCH_BEHIND = "its clock an hour behind"
    DOWN = "not listening"
    SLOW = "answers late"
    FAILING = "answers 500"
    PARTITIONED = "cut off from each other"
    HALF_OPEN = "cut off one way"


BETWEEN_HOSTS: Final = frozenset({Kind.PARTITIONED, Kind.HALF_OPEN})
"""These need a world of several hosts; their targets are two sides, each of one or more hosts joined by a plus."""


CUTS: Final = frozenset({Kind.CUT_IN_EVENT, Kind.CUT_BEFORE_LAST_BYTE, Kind.CUT_AFTER_LAST_BYTE})
"""They happen once, when what they are to cut comes by."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that happens to one target, and how long it lasts."""

    kind: Kind
    target: str
    """A part of the world, a kind of connections to the switch, processes that share a wrong clock, or two sides."""
    seconds: float = 0.0

    def begin(self, world: World) -> None:
        """Let it happen."""
        DEEDS[self.kind].begin(world, self.target)

    def end(self, world: World) -> None:
        """Let it be over; a process that was killed is started again by whoever tends it."""
        DEEDS[self.kind].end(world, self.target)


Step = Callable[[World, str], None]


def _nothing(_world: World, _target: str) -> None:
    """Leave it to whoever tends the parts."""


@dataclass(frozen=True, slots=True)
class Deed:
    """How a fault is brought about, and how it is ended."""

    begin: Step
    end: Step = _nothing


def _flush(world: World, _target: str) -> None:
    with Redis.from_url(world.redis_url, socket_timeout=2) as redis:
        redis.flushall()


def _trouble(trouble: Trouble) -> Step:
    return lambda world, target: world.relay.change(Line(target), trouble)


def _answer(name: str) -> Step:
    """Let the receiver answer so from now on."""

    def change(world: World, _target: str) -> None:
        world.stack.receiver.answer = name
        world.stack.receiver.listen()

    return change


def _clock(seconds: float) -> Step:
    """Jump the clocks of all processes of a kind: ``worker`` is every worker."""

    def jump(world: World, target: str) -> None:
        for name, clock in world.clocks.items():
            if name.partition("-")[0] == target:
                clock.jump(seconds=seconds)

    return jump


def _switch_clock(seconds: float) -> Step:
    """Set the clock that the switch tells; a switch that is away tells the right time when it is back."""

    def set_it(world: World, _target: str) -> None:
        with suppress(Unavailable), closing(open_connection(world.switch)) as connection:
            connection.command(f"api clock_skew {seconds}")

    return set_it


def _between(deed: Callable[[Hosts, str, str], None]) -> Step:
    """Do something to each pair of hosts of the target's two sides."""

    def do(world: World, target: str) -> None:
        assert world.hosts is not None, "hosts are cut off from each other only where there are some"
        ours, theirs = target.split()
        for pair in product(ours.split("+"), theirs.split("+")):
            deed(world.hosts, *pair)

    return do


_heal: Final = _between(Hosts.heal)
_right: Final = _clock(0)
_switch_right: Final = _switch_clock(0)
_well: Final = _answer(WELL)
_through: Final = _trouble(Trouble.NONE)

DEEDS: Final[Mapping[Kind, Deed]] = {
    Kind.KILLED: Deed(lambda world, target: world.parts[target].kill()),
    Kind.TERMINATED: Deed(lambda world, target: world.parts[target].terminate()),
    Kind.FROZEN: Deed(
        lambda world, target: world.parts[target].freeze(), lambda world, target: world.parts[target].thaw()
    ),
    Kind.AWAY: Deed(
        lambda world, target: world.parts[target].hold(), lambda world, target: world.parts[target].release()
    ),
    Kind.FLUSHED: Deed(_flush),
    Kind.CUT_IN_EVENT: Deed(_trouble(Trouble.CUT_IN_FRAME), _through),
    Kind.CUT_BEFORE_LAST_BYTE: Deed(_trouble(Trouble.CUT_BEFORE_LAST_BYTE), _through),
    Kind.CUT_AFTER_LAST_BYTE: Deed(_trouble(Trouble.CUT_AFTER_LAST_BYTE), _through),
    Kind.STALLED: Deed(_trouble(Trouble.STALLED), _through),
    Kind.EVENTS_PERTURBED: Deed(_trouble(Trouble.PERTURBED), _through),
    Kind.MESSAGES_DOUBLED: Deed(lambda world, _: world.doubling.begin(), lambda world, _: world.doubling.end()),
    Kind.CLOCK_AHEAD: Deed(_clock(HOUR_SECONDS), _right),
    Kind.CLOCK_BEHIND: Deed(_clock(-HOUR_SECONDS), _right),
    Kind.SWITCH_AHEAD: Deed(_switch_clock(HOUR_SECONDS), _switch_right),
    Kind.SWITCH_BEHIND: Deed(_switch_clock(-HOUR_SECONDS), _switch_right),
    Kind.DOWN: Deed(lambda world, _: world.stack.receiver.close(), _well),
    Kind.SLOW: Deed(_answer("late"), _well),
    Kind.FAILING: Deed(_answer("status/500"), _well),
    Kind.PARTITIONED: Deed(_between(Hosts.cut), _heal),
    Kind.HALF_OPEN: Deed(_between(Hosts.cut_one_way), _heal),
}
