"""The simulated worlds: how long phones ring, whether people answer, how long they talk, and how that changes."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

HOUR: Final = 3_600.0
DAY: Final = 8 * HOUR
PATIENCE: Final = 2.0
"""Seconds that a callee waits for an agent."""
BREAKS: Final = 0.03
"""Share of the works after a call that end in a break."""
BREAK_LASTS: Final = 300.0

Drift = Callable[[float], float]
"""A factor that depends on the seconds since the start of the day."""


def _steady(_: float) -> float:
    return 1.0


def _swings_over_the_day(second: float) -> float:
    return 1 + 0.45 * math.sin(2 * math.pi * second / DAY)


def _longer_in_alternate_spells(second: float) -> float:
    return 1.5 if int(second / (1.7 * HOUR)) % 2 else 1.0


def _jumps_each_hour(second: float) -> float:
    return 2.4 if second % HOUR < 720 else 1.0


@dataclass(frozen=True, slots=True)
class World:
    """One cell of the table: agents, the answer rate, the mean talk, and how both change over the day."""

    name: str
    agents: int
    answer_rate: float = 0.35
    talk: float = 90.0
    answers_drift: Drift = _steady
    talk_drift: Drift = _steady

    def ring(self, second: float, chance: Random) -> tuple[float, bool]:
        """Return how long a phone rings that is dialled now, and whether a person answers it then."""
        if chance.random() < min(0.95, self.answer_rate * self.answers_drift(second)):
            return min(38.0, 1.5 + lognormal(10.0, 0.55, chance)), True
        kind = chance.random()
        if kind < 0.45:
            return 40.0, False
        return (chance.uniform(6, 10) if kind < 0.75 else chance.uniform(2, 5)), False

    def conversation(self, second: float, chance: Random) -> float:
        """Return how long a conversation lasts: a quarter are short, the rest log-normal."""
        if chance.random() < 0.25:
            return chance.uniform(4, 12)
        return lognormal((self.talk - 2.0) / 0.75 * self.talk_drift(second), 0.8, chance)

    def work_after_call(self, chance: Random) -> float:
        """Return how long an agent works after a call."""
        return lognormal(15.0, 0.6, chance)


def lognormal(mean: float, variation: float, chance: Random) -> float:
    """Draw from the log-normal distribution of this mean and coefficient of variation."""
    variance = math.log(1 + variation * variation)
    return chance.lognormvariate(math.log(mean) - variance / 2, math.sqrt(variance))


def _drifting(agents: int) -> World:
    return World(
        f"{agents} agents w1",
        agents,
        answers_drift=_swings_over_the_day,
        talk_drift=_longer_in_alternate_spells,
    )


def _hostile(agents: int) -> World:
    return World(f"{agents} agents w2", agents, answers_drift=_jumps_each_hour)


WORLDS: Final = (
    World("5 agents w0", 5),
    World("10 agents w0", 10),
    World("30 agents w0", 30),
    World("10 agents, 15 % answer", 10, answer_rate=0.15),
    World("10 agents, talk 300 s", 10, talk=300.0),
    _drifting(10),
    _drifting(30),
    _hostile(10),
    _hostile(30),
)
"""w0 is stationary; in w1 answers swing by 45 % and talk lengthens; in w2 2.4 times as many answer for 12 minutes."""


def world(name: str) -> World:
    """Return the world of this name."""
    return next(one for one in WORLDS if one.name == name)
