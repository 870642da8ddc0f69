"""A carrier's trunk: a circuit breaker that stops dialling into a line on which nobody replies.

A trunk *fails* when the far side sends no reply, or a 5xx before it rings. Five failures in a row, or half of the last
twenty results, open the breaker. While it is open, two trial calls go out after each pause; pauses double up to a
minute. One reply closes it. A trunk that has not replied lately starts slowly: few calls without a reply at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.timing import PROCESS_CLOCKS_APART, TRUNK_LONGEST_PAUSE, TRUNK_PROVEN_FOR, TRUNK_SHORTEST_PAUSE

RUN_OPENS: Final = 5
"""Failures in a row that open the breaker; a single bad route seldom makes so many."""
RECENT: Final = 20
"""Results that are remembered for the share of failures."""
SHARE_OPENS: Final = 10
"""Failures among the remembered results that open the breaker: half of them."""
TRIAL_CALLS: Final = 2
"""Calls after each pause: a second one, in case that the first number is itself at fault."""
UNREACHED_DIALS: Final = 5
"""Dials of one call without any reply, after which it ends although the trunk replied to others: the number's fault."""
UNPROVEN_CALLS: Final = 10
"""Calls without a reply at a time while the trunk is unproven: what a dead trunk can cost at the start."""
_DOUBLINGS: Final = 6


@dataclass(frozen=True, slots=True)
class TrunkResult:
    """What one call says of its trunk: the cause of a failure, or an empty text for a reply of the far side."""

    failure: str = ""


REPLIED: Final = TrunkResult()


class TrunkState(StrEnum):
    """A trunk's condition in one word, as the API shows it."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """What is known of a carrier's trunk."""

    failures: int = 0
    """In a row."""
    recent: int = 0
    """The last results as bits, the newest lowest; 1 is a failure."""
    cause: str = ""
    """Of the last failure."""
    failing_since: DateTime | None = None
    """When the breaker opened; None while it is closed."""
    trials: int = 0
    """Pauses since it opened."""
    next_trial_at: DateTime | None = None
    proven_at: DateTime | None = None
    """The last reply of the far side that was written down."""

    @property
    def is_failing(self) -> bool:
        """True while the breaker is open."""
        return self.failing_since is not None


def after_results(trunk: Trunk, results: Sequence[TrunkResult], *, now: DateTime) -> Trunk:
    """Return what is known of the trunk after calls have ended or rung, in the order in which they did."""
    for result in results:
        trunk = _after_failure(trunk, result.failure, now=now) if result.failure else _after_reply(trunk, now=now)
    return trunk


def _after_reply(trunk: Trunk, *, now: DateTime) -> Trunk:
    if trunk.is_failing:
        return Trunk(proven_at=now)
    proven_at = trunk.proven_at
    if proven_at is None or not proven_at <= now < proven_at + TRUNK_PROVEN_FOR / 2:
        proven_at = now  # written down seldom, so that a busy carrier's row is not written for each call
    return replace(trunk, failures=0, recent=_shifted(trunk.recent), cause="", proven_at=proven_at)


def _after_failure(trunk: Trunk, cause: str, *, now: DateTime) -> Trunk:
    failed = replace(trunk, failures=trunk.failures + 1, recent=_shifted(trunk.recent) | 1, cause=cause)
    if trunk.is_failing:
        return failed
    if failed.failures < RUN_OPENS and failed.recent.bit_count() < SHARE_OPENS:
        return failed
    return replace(failed, failing_since=now, trials=0, next_trial_at=now + TRUNK_SHORTEST_PAUSE, proven_at=None)


def after_trial(trunk: Trunk, *, now: DateTime) -> Trunk:
    """Return the trunk after trial calls were let out: the next ones wait for a pause twice as long."""
    trials = trunk.trials + 1
    return replace(trunk, trials=trials, next_trial_at=now + pause_after(trials))


def after_new_gateway(trunk: Trunk, *, now: DateTime) -> Trunk:
    """Return the trunk of a carrier that got another gateway: what was known is of the old one.

    A breaker stays open until the new gateway replies, but trial calls go out at once and their pauses begin anew.
    """
    return replace(trunk, trials=0, next_trial_at=now) if trunk.is_failing else Trunk()


def pause_after(trials: int) -> Duration:
    """Return the pause after so many trials: 1, 2, 4, … seconds, a minute at most."""
    doubled: Duration = TRUNK_SHORTEST_PAUSE * 2 ** min(trials, _DOUBLINGS)
    return min(doubled, TRUNK_LONGEST_PAUSE)


def calls_allowed(trunk: Trunk, *, unanswered: int, now: DateTime) -> int | None:
    """Return how many calls may go out now; None when the trunk sets no limit.

    ``unanswered`` are calls on their way whose trunk has not replied yet.
    """
    if trunk.is_failing:
        return TRIAL_CALLS if is_trial_due(trunk, now=now) else 0
    if is_proven(trunk, now=now):
        return None
    return max(0, UNPROVEN_CALLS - unanswered)


def is_trial_due(trunk: Trunk, *, now: DateTime) -> bool:
    """Return True when the pause of a failing trunk is over.

    A pause that would last longer than any was stored before the clock was set back.
    """
    at = trunk.next_trial_at
    return at is None or not now < at <= now + TRUNK_LONGEST_PAUSE


def is_proven(trunk: Trunk, *, now: DateTime) -> bool:
    """Return True when the far side has replied lately; a reply in the future is from before the clock was set back."""
    at = trunk.proven_at
    return at is not None and at - PROCESS_CLOCKS_APART <= now < at + TRUNK_PROVEN_FOR


def state_of(trunk: Trunk, *, now: DateTime) -> TrunkState:
    """Return the trunk's condition."""
    if trunk.is_failing:
        return TrunkState.FAILING
    return TrunkState.PROVEN if is_proven(trunk, now=now) else TrunkState.UNPROVEN


def _shifted(recent: int) -> int:
    return (recent << 1) & ((1 << RECENT) - 1)
