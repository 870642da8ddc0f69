"""Other dialers' rules, restated by us from their public source or documents; none of their code is used."""

from dataclasses import dataclass, field
from typing import Final

from tests.sim.floor import Floor

MINUTE: Final = 60.0


@dataclass(slots=True)
class FixedRatio:
    """Call ``ratio`` times as many lines as agents are ready: what most dialers call power or ratio dialling.

    At 1 this is progressive dialling.
    """

    ratio: float

    def more(self, floor: Floor) -> int:
        """Return the lines that are missing."""
        return max(0, int(self.ratio * floor.ready) - len(floor.ringing) - len(floor.waiting))


@dataclass(slots=True)
class CallsAMinute:
    """The reference's wording: calls a minute = agents ready and not talking, times the factor.

    Source: domain.md 2.8 of this project's specification, from the portal guide of TEL4VN.
    """

    factor: float
    _due: float = 0.0
    _day: int = -1
    _at: float = 0.0

    def more(self, floor: Floor) -> int:
        """Return the calls that fell due since the last decision."""
        if floor.day != self._day:
            self._day, self._at, self._due = floor.day, 0.0, 0.0
        self._due = min(self._due + (floor.now - self._at) * floor.ready * self.factor / MINUTE, 10.0 * self.factor)
        self._at = floor.now
        calls = int(self._due)
        self._due -= calls
        return calls


@dataclass(slots=True)
class Vicidial:
    """VICIdial's ADAPT_HARD_LIMIT and ADAPT_TAPERED.

    Source: AST_VDauto_dial.pl and AST_VDadapt.pl of VICIdial (AGPL 2), read in a copy of 2013 and restated. Every
    2.5 s: lines = agents in call or ready, times the level, less lines that ring, wait or talk. Every 15 s the level
    is multiplied by 1 + (ready - waiting) / agents, both means of these 15 s, and cut to 1 up to the highest level.
    Over the drop limit, with more than 50 answers today, HARD sets the level to 1 and TAPERED multiplies it by a tenth
    of the hours left, at least 1.
    """

    is_tapered: bool
    highest: float = 3.0
    level: float = 1.0
    _day: int = -1
    _next_dial: float = 0.0
    _next_level: float = 0.0
    _sums: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])

    def more(self, floor: Floor) -> int:
        """Return the lines that are missing, at its own intervals."""
        if floor.day != self._day:
            self._day, self._next_dial, self._next_level, self.level = floor.day, 0.0, 15.0, 1.0
        if floor.now < self._next_dial:
            return 0
        self._next_dial = floor.now + 2.5
        agents = floor.ready + len(floor.talking)
        self._sums = [a + b for a, b in zip(self._sums, (floor.ready, len(floor.waiting), 1.0), strict=True)]
        if floor.now >= self._next_level:
            self._next_level = floor.now + 15.0
            self._adapt(floor, agents=agents)
        lines = len(floor.ringing) + len(floor.waiting) + len(floor.talking)
        return max(0, int(agents * self.level) - lines)

    def _adapt(self, floor: Floor, *, agents: int) -> None:
        ready, waiting, count = self._sums
        self._sums = [0.0, 0.0, 0.0]
        if agents:
            self.level *= 1 + (ready - waiting) / count / agents
        self.level = max(1.0, min(self.highest, self.level))
        answers = floor.served_today + floor.abandoned_today
        if answers > 50 and floor.abandoned_today > floor.target * answers:
            hours_left = (floor.day_lasts - floor.now) / 3600
            self.level = max(1.0, self.level * hours_left / 10) if self.is_tapered else 1.0


@dataclass(slots=True)
class Impact:
    """Impact Dialing's predictive rule.

    Source: the predictive model of impactdialing/impactdialing (Ruby), restated. Lines = factor times available
    agents, less lines that ring or wait. The factor is the one of a grid that, in a replay of the dials and
    conversations of the last ten minutes, keeps agents busiest with abandoned calls within the target. It is 1
    while the campaign is over its target. Here the replay is made every two minutes.
    """

    factor: float = 1.0
    _day: int = -1
    _next: float = 0.0
    _rings: list[tuple[float, float, bool]] = field(default_factory=list)
    _works: list[tuple[float, float, bool]] = field(default_factory=list)

    def more(self, floor: Floor) -> int:
        """Return the lines that are missing."""
        if floor.day != self._day:
            self._day, self._next, self._rings, self._works = floor.day, 120.0, [], []
        if floor.now >= self._next:
            self._next = floor.now + 120.0
            self._learn(floor)
        figures = floor.figures
        factor = 1.0 if figures.abandoned > floor.target * figures.answered else self.factor
        return max(0, int(factor * floor.ready) - len(floor.ringing) - len(floor.waiting))

    def _learn(self, floor: Floor) -> None:
        since = floor.now - 600.0
        for kind, lasted, how in floor.ended:
            if kind == "ring":
                self._rings.append((floor.now, lasted, how))
            elif kind == "talk":
                self._works.append((floor.now, lasted, how))
        floor.ended.clear()
        self._rings = [one for one in self._rings if one[0] >= since]
        self._works = [one for one in self._works if one[0] >= since]
        if len(self._works) < 10:
            return
        replays = [(replay(self, agents=floor.world.agents, factor=1 + step / 2), 1 + step / 2) for step in range(9)]
        allowed = [(busy, factor) for (busy, abandoned), factor in replays if abandoned <= floor.target]
        self.factor = max(allowed, default=(0.0, 1.0))[1]

    @property
    def rings(self) -> list[tuple[int, bool]]:
        """Return how long the phones rang, and whether a person answered."""
        return [(int(lasted) + 1, how) for _, lasted, how in self._rings]

    @property
    def works(self) -> list[int]:
        """Return how long conversations were, with 15 s of work after each."""
        return [int(lasted) + 15 for _, lasted, _ in self._works]


def replay(seen: Impact, *, agents: int, factor: float) -> tuple[float, float]:
    """Return the share of busy agents and of abandoned calls, had the factor been used on what was seen."""
    rings, works = seen.rings, seen.works
    seconds = 600
    answers, frees, ringing = [0] * (seconds + 90), [0] * (seconds + 4_000), [0] * (seconds + 90)
    ready, lines, dialled, served, lost, idle = agents, 0, 0, 0, 0, 0
    for second in range(seconds):
        lines -= ringing[second]
        ready += frees[second]
        for _ in range(answers[second]):
            if ready:
                ready -= 1
                frees[min(second + works[served % len(works)], seconds + 3_999)] += 1
                served += 1
            else:
                lost += 1
        for _ in range(max(0, int(factor * ready) - lines)):
            lasts, how = rings[dialled % len(rings)]
            dialled, lines = dialled + 1, lines + 1
            ringing[second + lasts] += 1
            answers[second + lasts] += how
        idle += ready
    return 1 - idle / agents / seconds, lost / max(1, served + lost)
