"""What one ended call adds to the reports, and its stored form, by which exactly that can be taken back."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.cdr import seconds_between

QUARTER_SECONDS: Final = 900
"""Reports count calls by the quarter of an hour in which they start: every zone's hours and days begin with one."""
LONGEST_CAUSE: Final = 64
"""A switch may send any text as the cause; a longer one is cut, so that rows of the reports stay small."""


class TalkTime(StrEnum):
    """How long was spoken, as the monitor's chart divides it; each includes its lower bound, and not its upper one."""

    NONE = "none"
    """Nobody answered."""
    UNDER_5 = "under_5"
    FROM_5 = "from_5_to_15"
    FROM_15 = "from_15_to_30"
    FROM_30 = "over_30"


class Tally(NamedTuple):
    """What one ended call adds to the reports; a tuple, because one is made for each call that ends."""

    quarter: int
    """The quarter of an hour, counted from 1970 in UTC, in which the call started."""
    outcome: Outcome
    cause: str
    key: str
    """The last key that the callee pressed; empty without one."""
    was_answered: bool
    duration: int
    billsec: int
    is_assumed: bool = False
    """True while nobody has reported the end."""

    @property
    def talk_time(self) -> TalkTime:
        """Return the part of the chart of talk times to which the call belongs."""
        if not self.was_answered:
            return TalkTime.NONE
        if self.billsec < 5:  # noqa: PLR2004 - the bounds are in the names
            return TalkTime.UNDER_5
        if self.billsec < 15:  # noqa: PLR2004 - see above
            return TalkTime.FROM_5
        return TalkTime.FROM_15 if self.billsec < 30 else TalkTime.FROM_30  # noqa: PLR2004 - see above


def quarter_of(moment: DateTime) -> int:
    """Return the quarter of an hour that holds this time."""
    return moment.int_timestamp // QUARTER_SECONDS


class CallTimes(NamedTuple):
    """When a call happened, and how long it lasted as its switch counted it."""

    started_at: DateTime
    answered_at: DateTime | None
    ended_at: DateTime | None
    switch_duration: int | None = None
    switch_billsec: int | None = None


def tally_of(times: CallTimes, *, outcome: Outcome, cause: str, key: str | None, is_assumed: bool) -> Tally:
    """Return what a call adds; its lengths are those of its CDR."""
    started_at, answered_at, ended_at, duration, billsec = times
    return Tally(
        quarter=quarter_of(started_at),
        outcome=outcome,
        cause=cause[:LONGEST_CAUSE],
        key=key or "",
        was_answered=answered_at is not None,
        duration=seconds_between(started_at, ended_at) if duration is None else duration,
        billsec=seconds_between(answered_at, ended_at) if billsec is None else billsec,
        is_assumed=is_assumed,
    )


def as_text(tally: Tally) -> str:
    """Return the stored form; its first two letters tell whether the end is assumed, and the key (``-`` without)."""
    head = f"{'a' if tally.is_assumed else 't'}{tally.key or '-'}{'y' if tally.was_answered else 'n'}"
    return f"{head} {tally.quarter} {tally.outcome} {tally.duration} {tally.billsec} {tally.cause}"


def from_text(stored: str) -> Tally:
    """Return the tally of a stored form."""
    head, quarter, outcome, duration, billsec, cause = _parts(stored)
    return Tally(
        quarter=int(quarter),
        outcome=Outcome(outcome),
        cause=cause,
        key="" if head[1] == "-" else head[1],
        was_answered=head[2] == "y",
        duration=int(duration),
        billsec=int(billsec),
        is_assumed=head[0] == "a",
    )


def _parts(stored: str) -> Sequence[str]:
    return stored.split(" ", 5)
