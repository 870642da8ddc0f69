"""How many calls a campaign's agents allow: one more limit of the planner, and of the check before each dial.

What the statistics advise is made outside the locks, each second, as a number of calls beyond the ready agents. Under
the lock it can only lower what the credit allows.
"""

from dataclasses import dataclass, field
from typing import Final

from worker.domain.agents.credit import Lines
from worker.domain.agents.dialling import Bound
from worker.domain.quota import Limit
from worker.domain.reason import Reason


@dataclass(frozen=True, slots=True)
class Advice:
    """What the statistics advise: calls beyond the ready agents, at this price of a risk, and what binds."""

    beyond: int = 0
    price: float = 0.0
    bound: Bound = Bound.CREDIT


NO_ADVICE: Final = Advice()
"""Before the first decision: as many calls as agents are ready."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """A campaign's agents and calls at one time, with its credit and the last advice."""

    lines: Lines = field(default_factory=Lines)
    queued: int = 0
    """Planned calls that are not dialled yet; not among ``lines.ringing``."""
    credit: int = 0
    advice: Advice = NO_ADVICE

    def to_plan(self) -> Limit:
        """Return the limit of a plan: ready agents, and beyond them what both the credit and the advice allow."""
        beyond = min(self.credit, self.advice.beyond)
        in_use = self.lines.ringing + self.lines.waiting + self.queued
        return self._limit(max(0, self.lines.ready + beyond), in_use=in_use)

    def to_dial(self) -> Limit:
        """Return the limit right before a dial, which keeps the bound: m + 1 + W <= R + credit."""
        return self._limit(self.lines.ready + self.credit, in_use=self.lines.ringing + self.lines.waiting)

    def _limit(self, limit: int, *, in_use: int) -> Limit:
        return Limit(Reason.NO_AGENT, limit, in_use, cause=self.told())

    def told(self) -> str:
        """Return the facts of ``why``, for people."""
        lines, advice = self.lines, self.advice
        bound = Bound.CREDIT if self.credit <= advice.beyond else advice.bound
        return (
            f"agents ready {lines.ready}, calls ringing {lines.ringing}, callees waiting {lines.waiting},"
            f" credit {self.credit}, advised beyond ready agents {advice.beyond},"
            f" price of a risk {advice.price:.3f}, bound by {bound.value}"
        )
