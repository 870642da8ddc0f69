"""Times that a switch states, placed on our clock.

A switch's clock may be wrong by any amount, so it only measures how long something took: each time is our time of the
dial plus what the switch measured since it created the channel, and never later than now.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from pendulum import DateTime

from worker.domain.call import HungUp
from worker.domain.cdr import seconds_between
from worker.domain.switch import Switch, SwitchState

WRONG_CLOCK_MS: Final = 3000
"""A clock that is further off than this is not kept by NTP; operators who compare the switch's logs should know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """Measures a call: when the switch created its channel by its clock, when we dialled by ours, and now by ours."""

    created_at: DateTime
    dialled_at: DateTime
    now: DateTime

    def place(self, moment: DateTime) -> DateTime:
        """Return the time on our clock, in [dialled, now]."""
        return max(self.dialled_at, min(self.now, self.dialled_at + (moment - self.created_at)))


def step_on_our_clock(at: DateTime, *, created_at: DateTime | None, dialled_at: DateTime, now: DateTime) -> DateTime:
    """Return when a step of a call happened; now, when the switch does not say when the call began."""
    return now if created_at is None else Ruler(created_at=created_at, dialled_at=dialled_at, now=now).place(at)


def end_on_our_clock(end: HungUp, *, dialled_at: DateTime, seen_up_at: DateTime | None, now: DateTime) -> HungUp:
    """Return the end with times on our clock, in order, and with the lengths that the switch counts.

    ``seen_up_at`` is the last step of the call that is stored: it did not end before that, even when the switch's clock
    was set back meanwhile.
    """
    ruler = Ruler(created_at=end.started_at, dialled_at=dialled_at, now=now)
    ended_at = max(ruler.place(end.ended_at), seen_up_at or dialled_at)
    answered_at = None if end.answered_at is None else min(ruler.place(end.answered_at), ended_at)
    rang_at = None if end.ringing_at is None else min(ruler.place(end.ringing_at), answered_at or ended_at)
    return replace(
        end,
        started_at=dialled_at,
        ringing_at=rang_at,
        answered_at=answered_at,
        ended_at=ended_at,
        duration=_length(dialled_at, ended_at, counted=seconds_between(end.started_at, end.ended_at)),
        billsec=_length(answered_at, ended_at, counted=seconds_between(end.answered_at, end.ended_at)),
    )


def _length(start: DateTime | None, end: DateTime, *, counted: int) -> int:
    """Return the seconds that the switch counted; they are less than a second more than passed, or its clock was set.

    A switch cuts both times to whole seconds, so that it counts up to a second more or less than has passed.
    """
    passed = 0 if start is None else int((end - start).total_seconds())
    return 0 if start is None else min(max(counted, passed), passed + 1)


def worst_clock_ms(switches: Iterable[Switch]) -> int | None:
    """Return how far the most wrong clock of the switches in use is ahead; None when all are about right or unknown."""
    known = [
        one.clock_skew_ms for one in switches if one.state is not SwitchState.GONE and one.clock_skew_ms is not None
    ]
    worst = max(known, key=abs, default=0)
    return worst if abs(worst) >= WRONG_CLOCK_MS else None
