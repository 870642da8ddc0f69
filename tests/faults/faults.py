"""What can befall a part of Callbeat, the switches, their connections and CDRs, a trunk, the receiver, or a clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import product
from typing import Final

from redis import Redis

from tests.faults.hosts import Hosts
from tests.faults.part import Part
from tests.faults.relay import Line, Trouble
from tests.faults.second_source import CdrTrouble
from tests.faults.speech_engine import EngineTrouble
from tests.faults.switchboard import MANY_SESSIONS, SWITCHES
from tests.faults.world import OURS, World
from tests.stack.receiver import WELL
from worker.simulator.trunks import TrunkState
from worker.usecases.dispatch.keep_switches import IS_HEARD

HOUR_SECONDS: Final = 3600.0
STALLS_AFTER_SECONDS: Final = 2.5
"""Before a network falls silent, so that conversations go on over it by then."""


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
    SWITCH_GONE = "killed and forgotten"
    SWITCH_PAUSED = "takes no calls"
    SWITCH_FULL = "has no session left"
    TRUNK_DOWN = "its trunk down"
    TRUNK_DEAD = "its trunk dead"
    TRUNK_SILENT = "its trunk silent"
    TRUNK_FAILING = "its trunk answers 503"
    CDRS_LATE = "posted late"
    CDRS_DOUBLED = "posted twice"
    CDRS_AWAY = "posted to nobody"
    CDRS_FIRST = "posted before the events"
    VOICE_CUT = "its connections cut"
    VOICE_CUT_OFF = "its connections cut off"
    ENGINE_FAILING = "renders nothing, and answers 500"
    ENGINE_CUT = "its answers cut in the middle"
    ENGINE_HALVING = "answers half of each sound"
    RESTARTED = "planned restart"
    DOWN = "not listening"
    SLOW = "answers late"
    FAILING = "answers 500"
    PARTITIONED = "cut off from each other"
    HALF_OPEN = "cut off one way"


BETWEEN_HOSTS: Final = frozenset({Kind.PARTITIONED, Kind.HALF_OPEN})
"""These need a world of several hosts; their targets are two sides, each of one or more hosts joined by a plus."""


OF_A_SWITCH: Final = (Kind.SWITCH_GONE, Kind.SWITCH_PAUSED, Kind.SWITCH_FULL)
OF_THE_ENGINE: Final = (Kind.ENGINE_FAILING, Kind.ENGINE_CUT, Kind.ENGINE_HALVING)
OF_A_TRUNK: Final = (Kind.TRUNK_DOWN, Kind.TRUNK_DEAD, Kind.TRUNK_SILENT, Kind.TRUNK_FAILING)
OF_CDRS: Final = (Kind.CDRS_LATE, Kind.CDRS_DOUBLED, Kind.CDRS_AWAY)
"""These delay no call: the events tell what becomes of it."""
EVERYTHING: Final = "+".join(OURS)
LISTENERS: Final = "listener+listener-2"
CDRS: Final = "cdrs"


CUTS: Final = frozenset({Kind.CUT_IN_EVENT, Kind.CUT_BEFORE_LAST_BYTE, Kind.CUT_AFTER_LAST_BYTE})
"""They happen once, when what they are to cut comes by."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that happens to one target, and how long it lasts."""

    kind: Kind
    target: str
    """Parts of the world joined by a plus, a kind of connections to the switches, a gateway, processes that share a
    wrong clock, or two sides."""
    seconds: float = 0.0

    @property
    def targets(self) -> frozenset[str]:
        """Return whatever must stay as it is meanwhile: a trunk is set on each switch, which must not be away then."""
        also = SWITCHES if self.kind in OF_A_TRUNK else ()
        return frozenset((*self.target.split("+"), *also))

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


def _told(command: str) -> Step:
    """Send a switch a command; one that is away begins afresh when it is back."""
    return lambda world, target: world.switches[target].tell(command)


def _begin_gone(world: World, target: str) -> None:
    """Kill a switch, and let the operator declare it gone, unless it is back before the database is."""
    world.parts[target].kill_for_good()
    world.errands.command("switch", "forget", world.switches[target].name, unless=IS_HEARD)


def _end_gone(world: World, target: str) -> None:
    """Bring a new one in its place."""
    world.parts[target].release()
    world.errands.command("switch", "add", world.switches[target].reached.with_password)


def _trunk(state: TrunkState) -> Step:
    """Let the far side of a gateway do something else; both switches reach it."""

    def change(world: World, target: str) -> None:
        for switch in world.switches.values():
            switch.tell(f"trunk {target} {state}")

    return change


def _cdrs(trouble: CdrTrouble) -> Step:
    def change(world: World, _target: str) -> None:
        world.cdr_relay.trouble = trouble

    return change


def _end_cdrs_away(world: World, _target: str) -> None:
    """Let CDRs through again, and hand in what the switches have left on their disks."""
    world.cdr_relay.trouble = CdrTrouble.NONE
    for switch in world.switches.values():
        world.errands.do(partial(world.empty_spool, switch))


def _to_each(do: Callable[[Part], None]) -> Step:
    """Do something to each of the parts that the target names."""

    def step(world: World, target: str) -> None:
        for name in target.split("+"):
            do(world.parts[name])

    return step


def _between(deed: Callable[[Hosts, str, str], None]) -> Step:
    """Do something to each pair of hosts of the target's two sides."""

    def do(world: World, target: str) -> None:
        assert world.hosts is not None, "hosts are cut off from each other only where there are some"
        ours, theirs = target.split()
        for pair in product(ours.split("+"), theirs.split("+")):
            deed(world.hosts, *pair)

    return do


def _end_voice(world: World, _target: str) -> None:
    """Cut what goes through the relay; switches go straight to the voice processes again."""
    world.voice.relay.close()


def _engine(trouble: EngineTrouble) -> Step:
    return lambda world, _target: world.voice.trouble(trouble)


_rendered: Final = _engine(EngineTrouble.NONE)
_heal: Final = _between(Hosts.heal)
_right: Final = _clock(0)
_switch_right: Final = _told("clock_skew 0")
_mended: Final = _trunk(TrunkState.UP)
_posted: Final = _cdrs(CdrTrouble.NONE)
_well: Final = _answer(WELL)
_through: Final = _trouble(Trouble.NONE)

DEEDS: Final[Mapping[Kind, Deed]] = {
    Kind.KILLED: Deed(_to_each(Part.kill)),
    Kind.TERMINATED: Deed(_to_each(Part.terminate)),
    Kind.FROZEN: Deed(_to_each(Part.freeze), _to_each(Part.thaw)),
    Kind.AWAY: Deed(_to_each(Part.hold), _to_each(Part.release)),
    Kind.FLUSHED: Deed(_flush),
    Kind.CUT_IN_EVENT: Deed(_trouble(Trouble.CUT_IN_FRAME), _through),
    Kind.CUT_BEFORE_LAST_BYTE: Deed(_trouble(Trouble.CUT_BEFORE_LAST_BYTE), _through),
    Kind.CUT_AFTER_LAST_BYTE: Deed(_trouble(Trouble.CUT_AFTER_LAST_BYTE), _through),
    Kind.STALLED: Deed(_trouble(Trouble.STALLED), _through),
    Kind.EVENTS_PERTURBED: Deed(_trouble(Trouble.PERTURBED), _through),
    Kind.MESSAGES_DOUBLED: Deed(lambda world, _: world.doubling.begin(), lambda world, _: world.doubling.end()),
    Kind.CLOCK_AHEAD: Deed(_clock(HOUR_SECONDS), _right),
    Kind.CLOCK_BEHIND: Deed(_clock(-HOUR_SECONDS), _right),
    Kind.SWITCH_AHEAD: Deed(_told(f"clock_skew {HOUR_SECONDS}"), _switch_right),
    Kind.SWITCH_BEHIND: Deed(_told(f"clock_skew {-HOUR_SECONDS}"), _switch_right),
    Kind.SWITCH_GONE: Deed(_begin_gone, _end_gone),
    Kind.SWITCH_PAUSED: Deed(_told("fsctl pause"), _told("fsctl resume")),
    Kind.SWITCH_FULL: Deed(_told("fsctl max_sessions 1"), _told(f"fsctl max_sessions {MANY_SESSIONS}")),
    Kind.TRUNK_DOWN: Deed(_trunk(TrunkState.DOWN), _mended),
    Kind.TRUNK_DEAD: Deed(_trunk(TrunkState.DEAD), _mended),
    Kind.TRUNK_SILENT: Deed(_trunk(TrunkState.SILENT), _mended),
    Kind.TRUNK_FAILING: Deed(_trunk(TrunkState.FAILING), _mended),
    Kind.CDRS_LATE: Deed(_cdrs(CdrTrouble.LATE), _posted),
    Kind.CDRS_DOUBLED: Deed(_cdrs(CdrTrouble.DOUBLED), _posted),
    Kind.CDRS_AWAY: Deed(_cdrs(CdrTrouble.AWAY), _end_cdrs_away),
    Kind.CDRS_FIRST: Deed(_to_each(Part.freeze), _to_each(Part.thaw)),
    Kind.VOICE_CUT: Deed(lambda world, _: world.voice.relay.open(), _end_voice),
    Kind.VOICE_CUT_OFF: Deed(lambda world, _: world.voice.relay.open(stalls_after=STALLS_AFTER_SECONDS), _end_voice),
    Kind.ENGINE_FAILING: Deed(_engine(EngineTrouble.FAILING), _rendered),
    Kind.ENGINE_CUT: Deed(_engine(EngineTrouble.CUT), _rendered),
    Kind.ENGINE_HALVING: Deed(_engine(EngineTrouble.HALVED), _rendered),
    Kind.RESTARTED: Deed(_to_each(Part.hold), _to_each(Part.release)),
    Kind.DOWN: Deed(lambda world, _: world.stack.receiver.close(), _well),
    Kind.SLOW: Deed(_answer("late"), _well),
    Kind.FAILING: Deed(_answer("status/500"), _well),
    Kind.PARTITIONED: Deed(_between(Hosts.cut), _heal),
    Kind.HALF_OPEN: Deed(_between(Hosts.cut_one_way), _heal),
}
