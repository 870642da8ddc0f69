"""A carrier's trunk as clients read it."""

from pendulum import DateTime

from api.timestamps import rfc3339
from worker.domain.json_value import Json
from worker.domain.trunk import Trunk, state_of


def trunk_shape(trunk: Trunk, *, now: DateTime, zone: str) -> dict[str, Json]:
    """Return the trunk: its state, the last failure, and when trial calls go out next; a missing time is null."""
    return {
        "state": state_of(trunk, now=now).value,
        "cause": trunk.cause,
        "failures": trunk.failures,
        "failing_since": _moment(trunk.failing_since, zone=zone),
        "next_trial_at": _moment(trunk.next_trial_at, zone=zone),
        "replied_at": _moment(trunk.proven_at, zone=zone),
    }


def _moment(moment: DateTime | None, *, zone: str) -> str | None:
    return None if moment is None else rfc3339(moment, zone=zone)
