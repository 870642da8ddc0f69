"""The risk of one more dial: the chance that its callee, once answered, finds no agent within two seconds.

The answers of the other calls and the agents who become free are sums of independent trials with unlike chances
(Poisson binomials). Up to 40 agents their distributions are exact, by convolution; above, the normal approximation is.

Dialling while that risk is at most one price is the Lagrangian of "most answers under a bound on abandoned calls": a
call is worth its marginal risk under one multiplier, whatever the state. ``steering`` finds the price.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import Final

from worker.domain.agents.chances import Chances

EXACT_UP_TO: Final = 40
"""Agents; above, an exact decision takes too long and the normal approximation is close."""


@dataclass(frozen=True, slots=True)
class AgentsNow:
    """A campaign's agents and calls at one time; ages are seconds."""

    ready: int
    waiting: int
    """Callees who answered and have no agent yet."""
    ringing: Sequence[float] = ()
    """How long each call has rung; 0 for one that is about to be dialled."""
    talking: Sequence[float] = ()
    wrapping: Sequence[float] = ()
    """How long ago the last call of each agent ended who is not ready yet."""

    @property
    def present(self) -> int:
        """Return the number of agents who take calls."""
        return self.ready + len(self.talking) + len(self.wrapping)


def calls_wanted(agents: AgentsNow, *, chances: Chances, price: float, most: int) -> int:
    """Return how many more calls to dial now, at most ``most``: each with a risk of at most ``price``."""
    sure = agents.ready - agents.waiting - len(agents.ringing)
    wanted = min(most, max(0, sure))
    if wanted == most or not agents.present:
        return wanted
    outlook = _Outlook(agents, chances=chances, more=wanted, most=most)
    while wanted < most and outlook.is_worth(price):
        outlook.dial()
        wanted += 1
    return wanted


def lines_ceiling(agents: AgentsNow, *, chances: Chances, ratio: int) -> int:
    """Return the most calls that may ring or wait at a campaign's ``ratio``, in per cent.

    At 100 these are the ready agents, so that nobody can be abandoned. Above, the agents who are expected to be free
    at the mean time of an answer count too.
    """
    if ratio <= 100:  # noqa: PLR2004 - 100 %
        return agents.ready
    moment = chances.mean_answer_moment
    free = sum(chances.free_after_talk(age)[moment] for age in agents.talking)
    free += sum(chances.free_after_wrap(age)[moment] for age in agents.wrapping)
    return int(ratio * (agents.ready + free) / 100)


class _Outlook:
    """The answers and free agents that are expected at each moment, while one decision is made."""

    def __init__(self, agents: AgentsNow, *, chances: Chances, more: int, most: int) -> None:
        """Look the chances up; distributions are made moment by moment as far as the decision needs them."""
        self._short = agents.ready - agents.waiting
        new = chances.answered(0)
        self._new = new
        self._answers = [chances.answered(age) for age in agents.ringing] + [new] * more
        self._free = [chances.free_after_talk(age) for age in agents.talking]
        self._free += [chances.free_after_wrap(age) for age in agents.wrapping]
        self._shares = sorted(((share, index) for index, share in enumerate(chances.answer_times)), reverse=True)
        self._most = len(agents.ringing) + most
        self._is_exact = agents.present <= EXACT_UP_TO
        self._answers_at: dict[int, list[float]] = {}
        self._free_at: dict[int, list[float]] = {}

    def is_worth(self, price: float) -> bool:
        """Return whether the risk of one more call is at most the price.

        The likeliest moments are tried first, until the others cannot change the answer.
        """
        risk, left = 0.0, 1.0
        for share, moment in self._shares:
            if risk + left <= price:
                return True
            left -= share
            risk += share * (self._exact(moment) if self._is_exact else self._approximate(moment))
            if risk > price:
                return False
        return True

    def dial(self) -> None:
        """Count one more call that has just been dialled."""
        self._answers.append(self._new)
        for moment, counts in self._answers_at.items():
            self._answers_at[moment] = _one_more(counts, self._new[moment])

    def _exact(self, moment: int) -> float:
        """Return the chance that at least as many others answered as agents are there."""
        if moment not in self._answers_at:
            self._answers_at[moment] = distribution([chances[moment] for chances in self._answers])
            longest = max(0, self._most - self._short) + 1
            self._free_at[moment] = _cumulated(distribution([free[moment] for free in self._free], longest=longest))
        free_up_to, answers, short = self._free_at[moment], self._answers_at[moment], self._short
        if short > 0:
            answers = answers[short:]
        else:
            free_up_to = free_up_to[-short:] or [1.0]
        beyond = sum(answers[len(free_up_to) :])  # so few agents can be busy that all of them are free
        return float(sum(map(mul, answers, free_up_to))) + beyond

    def _approximate(self, moment: int) -> float:
        answered = [chances[moment] for chances in self._answers]
        freed = [free[moment] for free in self._free]
        mean = sum(answered) - sum(freed)
        variance = sum(p * (1 - p) for p in answered) + sum(p * (1 - p) for p in freed)
        distance = (self._short - 0.5 - mean) / math.sqrt(2 * max(variance, 1e-12))
        return 0.5 * math.erfc(distance)


def distribution(chances: Sequence[float], *, longest: int | None = None) -> list[float]:
    """Return the chance of each number of successes, for the first ``longest`` numbers."""
    counts = [1.0]
    for chance in chances:
        counts = _one_more(counts, chance)
        if longest is not None and len(counts) > longest:
            counts.pop()
    return counts


def _one_more(counts: list[float], chance: float) -> list[float]:
    fails = 1 - chance
    return [fails * same + chance * fewer for same, fewer in zip([*counts, 0.0], [0.0, *counts], strict=True)]


def _cumulated(counts: Sequence[float]) -> list[float]:
    total, sums = 0.0, []
    for count in counts:
        total += count
        sums.append(total)
    return sums
