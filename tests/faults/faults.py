"""What can befall a part of Callbeat, and a schedule of it that a seed makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final, assert_never

from redis import Redis

from tests.faults.receiver import Mood
from tests.faults.world import OURS, World

FROZEN_SECONDS: Final = 8.0
LONG_SECONDS: Final = 25.0
"""Longer than every timeout: a call whose worker is stopped for so long has been given up when it wakes."""
AWAY_SECONDS: Final = 10.0
UNWELL_SECONDS: Final = 5.0
FIRST_SECONDS: Final = 3.0
PAUSE_SECONDS: Final = (2.0, 6.0)


class Kind(StrEnum):
    """What happens."""

    KILLED = "kill -9"
    TERMINATED = "SIGTERM"
    FROZEN = "SIGSTOP, then SIGCONT"
    FLUSHED = "FLUSHALL"
    AWAY = "stopped, away"
    DOWN = "not listening"
    FAILING = "answers 500"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that happens to one part, and how long it lasts."""

    kind: Kind
    target: str
    seconds: float = 0.0

    def begin(self, world: World) -> None:
        """Let it happen."""
        match self.kind:
            case Kind.KILLED:
                world.parts[self.target].kill()
            case Kind.TERMINATED:
                world.parts[self.target].terminate()
            case Kind.FROZEN:
                world.parts[self.target].freeze()
            case Kind.AWAY:
                world.parts[self.target].hold()
            case Kind.FLUSHED:
                with Redis.from_url(world.redis_url, socket_timeout=2) as redis:
                    redis.flushall()
            case Kind.DOWN:
                world.receiver.change(Mood.DOWN)
            case Kind.FAILING:
                world.receiver.change(Mood.FAILING)
            case never:
                assert_never(never)

    def end(self, world: World) -> None:
        """Let it be over; a process that was killed is started again by whoever tends it."""
        match self.kind:
            case Kind.FROZEN:
                world.parts[self.target].thaw()
            case Kind.AWAY:
                world.parts[self.target].release()
            case Kind.DOWN | Kind.FAILING:
                world.receiver.change(Mood.WELL)
            case Kind.KILLED | Kind.TERMINATED | Kind.FLUSHED:
                pass
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault, and how many seconds into the run it begins."""

    at: float
    fault: Fault


KILLS: Final = tuple(Fault(Kind.KILLED, name) for name in (*OURS, "switch", "redis", "postgres"))
TERMS: Final = tuple(Fault(Kind.TERMINATED, name) for name in (*OURS, "switch", "redis", "postgres"))
FREEZES: Final = tuple(Fault(Kind.FROZEN, name, FROZEN_SECONDS) for name in (*OURS, "switch", "redis", "postgres"))
LONG_FREEZES: Final = tuple(Fault(Kind.FROZEN, name, LONG_SECONDS) for name in ("worker-1", "worker-2", "listener"))
ABSENCES: Final = tuple(Fault(Kind.AWAY, name, AWAY_SECONDS) for name in ("redis", "postgres", "switch"))
WIRE: Final = (Fault(Kind.FLUSHED, "redis"),)
RECEIVER: Final = (
    Fault(Kind.DOWN, "receiver", UNWELL_SECONDS),
    Fault(Kind.FAILING, "receiver", UNWELL_SECONDS),
)
EVERY_FAULT: Final = (*KILLS, *TERMS, *FREEZES, *LONG_FREEZES, *ABSENCES, *WIRE, *RECEIVER)


def scheduled(faults: Sequence[Fault], *, seed: int, seconds: float) -> list[Planned]:
    """Plan faults one after another: all of them in an order of chance, then all again, for so many seconds."""
    chance = Random(seed)
    planned: list[Planned] = []
    left: list[Fault] = []
    at = FIRST_SECONDS
    while at < seconds:
        left = left or chance.sample(list(faults), len(faults))
        fault = left.pop()
        planned.append(Planned(at, fault))
        at += fault.seconds + chance.uniform(*PAUSE_SECONDS)
    return planned
