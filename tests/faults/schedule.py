"""Which fault begins when: a seed makes it, in lanes that go on side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.faults.faults import (
    CDRS,
    EVERYTHING,
    LISTENERS,
    OF_A_SWITCH,
    OF_A_TRUNK,
    OF_CDRS,
    OF_THE_ENGINE,
    Fault,
    Kind,
)
from tests.faults.office import GATEWAYS
from tests.faults.relay import Line
from tests.faults.speaking import ENGINE, VOICES
from tests.faults.switchboard import SWITCHES
from tests.faults.world import GROUND, OURS, POOLER

LONG_SECONDS: Final = 28.0
"""Longer than every timeout: a call whose worker is stopped for so long has been given up when it wakes."""
AWAY_SECONDS: Final = 30.0
SHORT_SECONDS: Final = 3.0
CUT_SECONDS: Final = 4.0
"""A cut waits at most so long for an event or an originate to come by."""
UNWELL_SECONDS: Final = 6.0
WATCHED_SECONDS: Final = 6.0
"""After a fault of what everybody stands on nothing else happens for so long, so that its recovery is seen."""
CUT_OFF_SECONDS: Final = 11.0
"""Longer than the database, the broker and whoever stands by wait for anybody."""
DOUBT_SECONDS: Final = 19.0
"""Longer than it takes to give up a call of which the switch does not know."""
GLANCED_AT_SECONDS: Final = 4.0
"""The same in a run that is short."""
RESTART_SECONDS: Final = 13.0
"""Longer than our processes drain."""
STOPPED_SECONDS: Final = 2.4
"""Shorter than a listener's lease: both stand still, and lead on when they wake, behind the CDRs."""
FIRST_SECONDS: Final = 3.0
CLOCKS: Final = ("worker", "listener", "beat", "api", "callbacks")


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault, and how many seconds into the run it begins."""

    at: float
    fault: Fault

    @property
    def until(self) -> float:
        """Give how many seconds into the run it ends."""
        return self.at + self.fault.seconds


@dataclass(frozen=True, slots=True)
class Lane:
    """Faults that come one after another, each once before any comes again, with a pause of so many seconds."""

    faults: Sequence[Fault]
    pause: tuple[float, float]


def _each(kind: Kind, targets: Sequence[str], *, seconds: float = 0.0) -> list[Fault]:
    return [Fault(kind, target, seconds) for target in targets]


_EVERYBODY: Final = (*OURS, *GROUND)
_JUMPS: Final = [
    fault for kind in (Kind.CLOCK_AHEAD, Kind.CLOCK_BEHIND) for fault in _each(kind, CLOCKS, seconds=SHORT_SECONDS)
]
_SWITCH_CLOCK: Final = [
    fault for kind in (Kind.SWITCH_AHEAD, Kind.SWITCH_BEHIND) for fault in _each(kind, SWITCHES, seconds=SHORT_SECONDS)
]
_TRUNKS: Final = [fault for kind in OF_A_TRUNK for fault in _each(kind, GATEWAYS, seconds=UNWELL_SECONDS)]
_SWITCHES: Final = [fault for kind in OF_A_SWITCH for fault in _each(kind, SWITCHES, seconds=UNWELL_SECONDS)]
_SECOND_SOURCE: Final = [
    *(Fault(kind, CDRS, UNWELL_SECONDS) for kind in OF_CDRS),
    Fault(Kind.CDRS_FIRST, LISTENERS, STOPPED_SECONDS),
]
_CUTS: Final = [
    Fault(Kind.CUT_IN_EVENT, Line.EVENTS, CUT_SECONDS),
    Fault(Kind.CUT_BEFORE_LAST_BYTE, Line.COMMANDS, CUT_SECONDS),
    Fault(Kind.CUT_AFTER_LAST_BYTE, Line.COMMANDS, CUT_SECONDS),
]
_DISORDER: Final = [
    Fault(Kind.EVENTS_PERTURBED, Line.EVENTS, UNWELL_SECONDS),
    Fault(Kind.MESSAGES_DOUBLED, "redis", SHORT_SECONDS),
    Fault(Kind.FLUSHED, "redis"),
]
_RECEIVER: Final = [Fault(kind, "receiver", UNWELL_SECONDS) for kind in (Kind.DOWN, Kind.SLOW, Kind.FAILING)]

SHORT: Final = Lane(
    [
        *_each(Kind.KILLED, _EVERYBODY),
        *_each(Kind.TERMINATED, _EVERYBODY),
        *_each(Kind.FROZEN, _EVERYBODY, seconds=SHORT_SECONDS),
        *_each(Kind.STALLED, tuple(Line), seconds=SHORT_SECONDS),
        *(2 * _CUTS),
        *(2 * _DISORDER),
        *_RECEIVER,
        *_JUMPS,
        *_SWITCH_CLOCK,
        *_TRUNKS,
        *_SWITCHES,
        *(2 * _SECOND_SOURCE),
        Fault(Kind.RESTARTED, EVERYTHING, RESTART_SECONDS),
    ],
    pause=(1.0, 2.0),
)
"""What is over in a moment, and often."""
LONG: Final = Lane(
    [
        *_each(Kind.FROZEN, _EVERYBODY, seconds=LONG_SECONDS),
        *_each(Kind.AWAY, GROUND, seconds=AWAY_SECONDS),
        *_each(Kind.STALLED, tuple(Line), seconds=LONG_SECONDS),
        *_each(Kind.SWITCH_GONE, SWITCHES, seconds=AWAY_SECONDS),
        *_each(Kind.SWITCH_PAUSED, SWITCHES, seconds=AWAY_SECONDS),
        *_each(Kind.TRUNK_DEAD, GATEWAYS, seconds=LONG_SECONDS),
        *_each(Kind.TRUNK_SILENT, GATEWAYS, seconds=LONG_SECONDS),
        Fault(Kind.CDRS_AWAY, CDRS, LONG_SECONDS),
    ],
    pause=(8.0, 18.0),
)
"""What outlasts every timeout; whatever else happens meanwhile befalls others."""
OF_VOICE: Final = Lane(
    [
        *(2 * _each(Kind.KILLED, VOICES)),
        *_each(Kind.FROZEN, VOICES, seconds=SHORT_SECONDS),
        *_each(Kind.TERMINATED, VOICES),
        Fault(Kind.KILLED, "+".join(VOICES)),
        Fault(Kind.AWAY, "+".join(VOICES), SHORT_SECONDS),
        *(2 * [Fault(Kind.VOICE_CUT, VOICES[0], CUT_SECONDS), Fault(Kind.VOICE_CUT_OFF, VOICES[0], CUT_OFF_SECONDS)]),
        *_each(Kind.FROZEN, ["speech", ENGINE], seconds=UNWELL_SECONDS),
        *(Fault(kind, ENGINE, UNWELL_SECONDS) for kind in OF_THE_ENGINE),
    ],
    pause=(2.0, 5.0),
)
"""What befalls those who speak, beside everything else."""
LANES: Final = (SHORT, LONG, OF_VOICE)
OF_THE_POOLER: Final = Lane(
    [
        *(2 * [Fault(Kind.KILLED, POOLER)]),
        Fault(Kind.TERMINATED, POOLER),
        Fault(Kind.FROZEN, POOLER, SHORT_SECONDS),
        Fault(Kind.AWAY, POOLER, UNWELL_SECONDS),
        Fault(Kind.KILLED, "postgres"),
    ],
    pause=(10.0, 20.0),
)
"""What befalls a PgBouncer in front of the database, beside everything else."""

_GLANCED_AT: Final = (1.5, 2.5)
"""The pause in a run that is short, so that each kind of fault happens while others go on."""
EACH_KIND: Final = Lane(
    [
        Fault(Kind.KILLED, "worker-1"),
        Fault(Kind.CUT_IN_EVENT, Line.EVENTS, CUT_SECONDS),
        Fault(Kind.TERMINATED, "worker-2"),
        Fault(Kind.EVENTS_PERTURBED, Line.EVENTS, 4.0),
        Fault(Kind.FROZEN, "listener", 6.0),
        Fault(Kind.MESSAGES_DOUBLED, "redis", 2.0),
        Fault(Kind.CUT_AFTER_LAST_BYTE, Line.COMMANDS, CUT_SECONDS),
        Fault(Kind.AWAY, "postgres", 5.0),
        Fault(Kind.CUT_BEFORE_LAST_BYTE, Line.COMMANDS, CUT_SECONDS),
        Fault(Kind.KILLED, "beat"),
        Fault(Kind.AWAY, "redis", 5.0),
        Fault(Kind.STALLED, Line.EVENTS, 3.0),
        Fault(Kind.FLUSHED, "redis"),
        Fault(Kind.RESTARTED, EVERYTHING, RESTART_SECONDS),
    ],
    pause=_GLANCED_AT,
)
EACH_KIND_BESIDE: Final = Lane(
    [
        Fault(Kind.TRUNK_DOWN, "gateway-first", 3.0),
        Fault(Kind.TRUNK_DEAD, "gateway-first", 4.0),
        Fault(Kind.TRUNK_SILENT, "gateway-second", 5.0),
        Fault(Kind.TRUNK_FAILING, "gateway-second", 3.0),
        Fault(Kind.KILLED, "switch"),
        Fault(Kind.SWITCH_AHEAD, "switch", 3.0),
        Fault(Kind.SWITCH_BEHIND, "switch", 3.0),
        Fault(Kind.SWITCH_PAUSED, "switch-2", 4.0),
        Fault(Kind.SWITCH_FULL, "switch-2", 4.0),
        Fault(Kind.SWITCH_GONE, "switch-2", 6.0),
        Fault(Kind.CDRS_LATE, CDRS, 4.0),
        Fault(Kind.CDRS_DOUBLED, CDRS, 4.0),
        Fault(Kind.CDRS_AWAY, CDRS, 5.0),
        Fault(Kind.CDRS_FIRST, LISTENERS, STOPPED_SECONDS),
    ],
    pause=_GLANCED_AT,
)
EACH_KIND_AROUND: Final = Lane(
    [
        Fault(Kind.KILLED, "voice-1"),
        Fault(Kind.FROZEN, "voice-1", SHORT_SECONDS),
        Fault(Kind.AWAY, "+".join(VOICES), 2.0),
        Fault(Kind.VOICE_CUT, "voice-1", CUT_SECONDS),
        Fault(Kind.VOICE_CUT_OFF, "voice-1", CUT_OFF_SECONDS),
        Fault(Kind.KILLED, ENGINE),
        Fault(Kind.FROZEN, ENGINE, 4.0),
        *(Fault(kind, ENGINE, 4.0) for kind in OF_THE_ENGINE),
        *(Fault(kind, "receiver", 3.0) for kind in (Kind.DOWN, Kind.SLOW, Kind.FAILING)),
        Fault(Kind.CLOCK_AHEAD, "worker", 3.0),
        Fault(Kind.CLOCK_BEHIND, "beat", 3.0),
    ],
    pause=_GLANCED_AT,
)
EACH_KIND_LANES: Final = (EACH_KIND, EACH_KIND_BESIDE, EACH_KIND_AROUND)
"""One fault of each kind, for a run that is short; the other lanes go on beside the first."""


CUT_OFF: Final = Lane(
    [
        Fault(Kind.PARTITIONED, "workers database", CUT_OFF_SECONDS),
        Fault(Kind.PARTITIONED, "workers switch", DOUBT_SECONDS),
        Fault(Kind.PARTITIONED, "workers broker", CUT_OFF_SECONDS),
        Fault(Kind.PARTITIONED, "listener+standby switch", CUT_OFF_SECONDS),
        Fault(Kind.PARTITIONED, "listener database", CUT_OFF_SECONDS),
        Fault(Kind.PARTITIONED, "api database+broker", CUT_OFF_SECONDS),
        Fault(Kind.HALF_OPEN, "workers switch", DOUBT_SECONDS),
        Fault(Kind.HALF_OPEN, "switch listener+standby", CUT_OFF_SECONDS),
    ],
    pause=(2.0, 3.0),
)
"""For a world of several hosts: each pair of them that matters is cut off."""
CUT_OFF_FOR_LONG: Final = Lane(
    [
        *CUT_OFF.faults,
        Fault(Kind.PARTITIONED, "listener+standby switch", LONG_SECONDS),
        Fault(Kind.PARTITIONED, "workers+standby database", LONG_SECONDS),
        Fault(Kind.PARTITIONED, "standby database", CUT_OFF_SECONDS),
        Fault(Kind.HALF_OPEN, "switch workers", DOUBT_SECONDS),
        Fault(Kind.HALF_OPEN, "database workers", CUT_OFF_SECONDS),
        Fault(Kind.HALF_OPEN, "database listener", CUT_OFF_SECONDS),
    ],
    pause=(3.0, 5.0),
)
"""The same and more, for a run that takes its time."""


def scheduled(lanes: Sequence[Lane], *, seed: int, seconds: float) -> list[Planned]:
    """Plan so many seconds of all lanes; what another lane does to a target then is left to it, and comes later."""
    planned: list[Planned] = []
    for number, lane in reversed(list(enumerate(lanes))):
        planned += _in_lane(lane, beside=planned, chance=Random(f"{seed} {number}"), seconds=seconds)
    return sorted(planned, key=lambda plan: plan.at)


def one_round(lanes: Sequence[Lane], *, seed: int) -> list[Planned]:
    """Plan each fault of each lane once; a fault whose targets another lane has then comes a little later."""
    chance = Random(seed)
    planned: list[Planned] = []
    for lane in lanes:
        beside, at = tuple(planned), FIRST_SECONDS
        for fault in chance.sample(list(lane.faults), len(lane.faults)):
            while _is_taken(Planned(at, fault), beside):
                at += 1
            planned.append(Planned(at, fault))
            at += fault.seconds + _pause(lane, after=fault, watched=GLANCED_AT_SECONDS, chance=chance)
    return sorted(planned, key=lambda plan: plan.at)


def _in_lane(lane: Lane, *, beside: Sequence[Planned], chance: Random, seconds: float) -> list[Planned]:
    planned: list[Planned] = []
    left: list[Fault] = []
    at = FIRST_SECONDS
    while at < seconds:
        left = left or chance.sample(list(lane.faults), len(lane.faults))
        free = next((fault for fault in left if not _is_taken(Planned(at, fault), beside)), None)
        if free is not None:
            left.remove(free)
            planned.append(Planned(at, free))
            at += free.seconds
        at += _pause(lane, after=free, watched=WATCHED_SECONDS, chance=chance)
    return planned


def _pause(lane: Lane, *, after: Fault | None, watched: float, chance: Random) -> float:
    pause = chance.uniform(*lane.pause)
    is_watched = after is not None and after.target in {*GROUND, POOLER, *Line}
    return max(pause, watched) if is_watched else pause


def _is_taken(plan: Planned, beside: Sequence[Planned]) -> bool:
    """Return True when another fault has one of its targets at that time, or a moment before or after."""
    return any(
        other.fault.targets & plan.fault.targets and other.at <= plan.until + 1 and plan.at <= other.until + 1
        for other in beside
    )


def duration(planned: Sequence[Planned]) -> float:
    """Give when the last fault is over, in seconds of the run."""
    return max((plan.until for plan in planned), default=0.0)
