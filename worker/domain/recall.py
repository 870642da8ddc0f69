"""What follows a call for its lead: a recall at some time, or the end with a reason."""

from dataclasses import dataclass
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.call import Outcome
from worker.domain.lead import Ending

MOST_UNCOUNTED: Final = 10
"""So many ends of a lead may use no attempt; the next one does, or a wrong table would call one number for ever."""
SHORTEST_UNCOUNTED_PAUSE: Final = Duration(minutes=1)
"""Before the call after an end that did not count; each later pause is twice as long, because little changes soon."""
LONGEST_UNCOUNTED_PAUSE: Final = Duration(hours=1)


@dataclass(frozen=True, slots=True)
class RecallPolicy:
    """A campaign's recall settings; ``times`` (``recall_times``) counts the attempts after the first one."""

    times: int = 0
    statuses: frozenset[Outcome] = frozenset()
    answered_below_seconds: int = 0
    pause: Duration = Duration()  # noqa: RUF009 - immutable

    @property
    def attempts(self) -> int:
        """How often one lead may be called, the first attempt included."""
        return 1 + self.times


@dataclass(frozen=True, slots=True)
class RecallAt:
    """Call again at this time or later; the campaign's windows are checked when it has come."""

    moment: DateTime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The lead is done."""

    ending: Ending


def decide_recall(
    policy: RecallPolicy,
    *,
    attempt: int,
    outcome: Outcome,
    billed_seconds: int,
    ended_at: DateTime,
    expires_at: DateTime | None,
) -> RecallAt | GiveUp:
    """Decide what follows attempt number ``attempt`` (1 is the first); ``expires_at`` is ``lead_expired_at``."""
    satisfied = outcome is Outcome.ANSWERED and billed_seconds >= policy.answered_below_seconds
    if satisfied or outcome not in policy.statuses:
        return give_up(outcome)
    if attempt >= policy.attempts:
        return GiveUp(Ending.ATTEMPTS_USED)
    moment = ended_at + policy.pause
    if expires_at is not None and moment >= expires_at:
        return GiveUp(Ending.EXPIRED)
    return RecallAt(moment)


def decide_repeat(
    policy: RecallPolicy, *, uncounted: int, ended_at: DateTime, expires_at: DateTime | None
) -> RecallAt | GiveUp:
    """Decide what follows an end that uses no attempt: the same attempt again, whatever ``recall_status`` says.

    ``uncounted`` is how many ends of the lead did not count before this one.
    """
    pause = min(LONGEST_UNCOUNTED_PAUSE, SHORTEST_UNCOUNTED_PAUSE * 2**uncounted)
    moment = ended_at + max(policy.pause, pause)
    return GiveUp(Ending.EXPIRED) if expires_at is not None and moment >= expires_at else RecallAt(moment)


def give_up(outcome: Outcome) -> GiveUp:
    """Return the end of a lead that is not called again after this outcome."""
    return GiveUp(Ending.ANSWERED if outcome is Outcome.ANSWERED else Ending.NOT_RECALLED)
