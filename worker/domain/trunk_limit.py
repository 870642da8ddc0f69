"""The limit that a carrier's trunk sets to calls: while it fails, trial calls only; while it is unproven, a few."""

from typing import Final

from pendulum import DateTime

from worker.domain.quota import Limit
from worker.domain.reason import Reason
from worker.domain.trunk import TRIAL_CALLS, UNPROVEN_CALLS, Trunk, is_proven, is_trial_due

_REASON_OF: Final = {
    "GATEWAY_DOWN": Reason.GATEWAY_DOWN,
    "INVALID_GATEWAY": Reason.GATEWAY_UNKNOWN,
    "INVALID_PROFILE": Reason.GATEWAY_UNKNOWN,
}
"""The switch's own words for a trunk that it cannot use; any other cause is of the far side."""


def trunk_limit(trunk: Trunk, *, dialing: int, queued: int, now: DateTime) -> Limit | None:
    """Return the trunk's limit with its present use; None when the trunk sets none.

    ``dialing`` calls are on their way and have no reply yet; ``queued`` ones will be next. While the trunk fails, only
    the queued ones count: the trials before them have had their pause.
    """
    if trunk.is_failing:
        return _while_failing(trunk, queued=queued, now=now)
    if is_proven(trunk, now=now):
        return None
    return Limit(Reason.CARRIER_UNPROVEN, UNPROVEN_CALLS, dialing + queued)


def _while_failing(trunk: Trunk, *, queued: int, now: DateTime) -> Limit:
    is_due = is_trial_due(trunk, now=now)
    return Limit(
        reason_of(trunk),
        TRIAL_CALLS if is_due else 0,
        queued,
        cause=trunk.cause,
        since=trunk.failing_since,
        until=None if is_due else trunk.next_trial_at,
    )


def reason_of(trunk: Trunk) -> Reason:
    """Return the reason code of a failing trunk."""
    return _REASON_OF.get(trunk.cause, Reason.CARRIER_FAILING)
