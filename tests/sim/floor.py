"""The event-driven simulation of one campaign: phones that ring, callees who wait, agents who talk, work and rest."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import Final, Protocol

from tests.sim.worlds import BREAK_LASTS, BREAKS, DAY, PATIENCE, World

TICK: Final = 1.0
"""Seconds between two decisions when nothing happens, as the product's beat."""


@dataclass(slots=True)
class Figures:
    """What a run adds up."""

    busy: float = 0.0
    """Agent seconds of talk and of work after calls."""
    present: float = 0.0
    """Agent seconds outside breaks."""
    dialled: int = 0
    answered: int = 0
    abandoned: int = 0
    worst: float = 0.0
    """Most abandoned calls beyond the target at any instant."""
    waited: float = 0.0
    """Seconds that agents were ready."""

    @property
    def utilisation(self) -> float:
        """Return talk and work after calls in per cent of the time outside breaks."""
        return 100 * self.busy / self.present if self.present else 0.0

    @property
    def abandoned_share(self) -> float:
        """Return abandoned calls in per cent of answered ones."""
        return 100 * self.abandoned / self.answered if self.answered else 0.0


class Policy(Protocol):
    """A rule that says how many calls to dial."""

    def more(self, floor: "Floor") -> int:
        """Return how many more calls to dial now."""
        ...


@dataclass(slots=True)
class Floor:
    """A campaign's calls and agents; a policy reads it, and learns from ``ended`` what came of calls and agents."""

    world: World
    policy: Policy
    chance: Random
    target: float = 0.03
    day_lasts: float = DAY
    now: float = 0.0
    day: int = 0
    ready: int = 0
    ringing: dict[int, float] = field(default_factory=dict)
    """When each call was dialled, oldest first."""
    talking: dict[int, float] = field(default_factory=dict)
    wrapping: dict[int, float] = field(default_factory=dict)
    waiting: deque[tuple[float, int]] = field(default_factory=deque)
    resting: int = 0
    figures: Figures = field(default_factory=Figures)
    served_today: int = 0
    abandoned_today: int = 0
    ended: list[tuple[str, float, bool]] = field(default_factory=list)
    """What ended since the policy last took it: ``ring``, ``talk`` or ``wrap``, how long it lasted, and how."""
    _events: list[tuple[float, int, Callable[[int], bool]]] = field(default_factory=list)
    _last: int = 0

    def run(self, days: int) -> Figures:
        """Simulate so many days; each begins with all agents ready."""
        for day in range(days):
            self._one_day(day)
        return self.figures

    def _one_day(self, day: int) -> None:
        self.day, self.now, self.ready, self.resting = day, 0.0, self.world.agents, 0
        self.served_today = self.abandoned_today = 0
        for calls in (self.ringing, self.talking, self.wrapping):
            calls.clear()
        self.waiting.clear()
        self._events.clear()
        self.ended.clear()
        self._at(0.0, self._tick)
        while self._events[0][0] < self.day_lasts:
            at, key, act = heappop(self._events)
            self._pass_to(at)
            if act(key):
                for _ in range(self.policy.more(self)):
                    self._dial()

    def _pass_to(self, at: float) -> None:
        passed, figures = at - self.now, self.figures
        busy = len(self.talking) + len(self.wrapping)
        figures.busy += busy * passed
        figures.waited += self.ready * passed
        figures.present += (busy + self.ready) * passed
        self.now = at

    def _at(self, at: float, act: Callable[[int], bool]) -> int:
        self._last += 1
        heappush(self._events, (at, self._last, act))
        return self._last

    def _tick(self, _: int) -> bool:
        self._at(self.now + TICK, self._tick)
        return True

    def _dial(self) -> None:
        self.figures.dialled += 1
        lasts, answered = self.world.ring(self.now, self.chance)
        self.ringing[self._at(self.now + lasts, self._answer if answered else self._fail)] = self.now

    def _fail(self, call: int) -> bool:
        self.ended.append(("ring", self.now - self.ringing.pop(call), False))
        return True

    def _answer(self, call: int) -> bool:
        self.ended.append(("ring", self.now - self.ringing.pop(call), True))
        if self.ready:
            self._serve()
            return False
        self.waiting.append((self.now, call))
        self._at(self.now + PATIENCE, self._abandon)
        return False

    def _serve(self) -> None:
        self.ready -= 1
        self._count(abandoned=False)
        lasts = self.world.conversation(self.now, self.chance)
        self.talking[self._at(self.now + lasts, self._hang_up)] = self.now

    def _abandon(self, _: int) -> bool:
        if self.waiting and self.waiting[0][0] <= self.now - PATIENCE:
            self.waiting.popleft()
            self._count(abandoned=True)
            return True
        return False

    def _count(self, *, abandoned: bool) -> None:
        figures = self.figures
        figures.answered += 1
        if abandoned:
            figures.abandoned += 1
            self.abandoned_today += 1
            figures.worst = max(figures.worst, figures.abandoned - self.target * figures.answered)
        else:
            self.served_today += 1

    def _hang_up(self, agent: int) -> bool:
        self.ended.append(("talk", self.now - self.talking.pop(agent), True))
        lasts = self.world.work_after_call(self.chance)
        self.wrapping[self._at(self.now + lasts, self._end_work)] = self.now
        return False

    def _end_work(self, agent: int) -> bool:
        rests = self.chance.random() < BREAKS
        self.ended.append(("wrap", self.now - self.wrapping.pop(agent), not rests))
        if rests:
            self.resting += 1
            self._at(self.now + self.chance.expovariate(1 / BREAK_LASTS), self._return)
            return False
        return self._become_ready()

    def _return(self, _: int) -> bool:
        self.resting -= 1
        return self._become_ready()

    def _become_ready(self) -> bool:
        self.ready += 1
        if self.waiting:
            self.waiting.popleft()
            self._serve()
        return True
