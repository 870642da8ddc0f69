"""The hard bound on abandoned calls: how many callees may ring or wait beyond the agents who are ready.

With A answers by people, X of them abandoned, target t, W callees who wait, m calls that ring and R ready agents that
nobody has reserved, one rule is kept at every change::

    m + W <= R + credit,   credit = max(0, floor(t * A - X))

A dial needs ``m + 1 + W <= R + credit``; so does a pause, with one ready agent less. An answer moves one from m to W, a
served call takes one from W and R, a failed call one from m. An abandoned call takes one from W and at most one from
the credit. A callee is abandoned only when R is 0 and W at least 1; then the credit is at least 1, so that
``X + 1 <= t * A``. No answer rate, however wrong an estimate of it is, breaks this.

What it does not cover: an agent who vanishes while ready or reserved. Such agents are counted and shown.
``tests/unit/domain/agents/test_credit_machine.py`` searches for a counter-example.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pendulum import Duration

WINDOW_DAYS: Final = 30
"""The safe harbour of the US Telemarketing Sales Rule, 16 CFR 310.4(b)(4), counts "over a 30-day period"."""


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """How many calls people answered, and how many of these were abandoned; machines' answers are not counted."""

    answered: int = 0
    """Served and abandoned calls; a call counts when it is one of the two, not while its callee waits."""
    abandoned: int = 0

    def __add__(self, other: "AnswerCounts") -> "AnswerCounts":
        """Return both together."""
        return AnswerCounts(self.answered + other.answered, self.abandoned + other.abandoned)

    def stock(self, *, target_per_mille: int) -> int:
        """Return how many more calls may be abandoned; never less than 0, where the rule is that of 100 %."""
        return max(0, self.answered * target_per_mille // 1000 - self.abandoned)


@dataclass(frozen=True, slots=True)
class Lines:
    """A campaign's calls and agents at one time."""

    ready: int = 0
    """Agents who are ready and whom no call has reserved."""
    waiting: int = 0
    """Callees who answered and have neither an agent nor the message yet."""
    ringing: int = 0
    """Calls that were sent to the switch and have not ended or been answered."""

    def room(self, *, credit: int) -> int:
        """Return how many more calls may be dialled; negative when the bound is already exceeded."""
        return self.ready + credit - self.ringing - self.waiting

    def may_dial(self, *, credit: int) -> bool:
        """Return whether one more call keeps the bound."""
        return self.room(credit=credit) >= 1

    def may_pause(self, *, credit: int) -> bool:
        """Return whether one ready agent may leave now; if not, the pause begins after the agent's next call."""
        return self.room(credit=credit) >= 1


def credit_of(days: Mapping[date, AnswerCounts], *, today: date, target_per_mille: int) -> int:
    """Return the credit of a campaign from its counts by day.

    The bound holds for the window that ends today and for the one that begins tomorrow, which lacks the oldest day.
    Otherwise a day that leaves the window at midnight would take its stock from calls that ring already.
    """
    windows = (counts_of_window(days, today=today, length=length) for length in (WINDOW_DAYS, WINDOW_DAYS - 1))
    return min(counts.stock(target_per_mille=target_per_mille) for counts in windows)


def counts_of_window(days: Mapping[date, AnswerCounts], *, today: date, length: int = WINDOW_DAYS) -> AnswerCounts:
    """Return the counts of ``length`` days, today among them."""
    first = today - Duration(days=length - 1)
    return sum((counts for day, counts in days.items() if first <= day <= today), start=AnswerCounts())
