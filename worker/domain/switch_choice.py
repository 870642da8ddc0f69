"""Which switch gets which calls of a batch: the least used of those that take calls."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from worker.domain.reason import Reason, Why
from worker.domain.switch import Switch, SwitchState
from worker.domain.switch_refusal import NOT_READY, SESSIONS_FULL

TRIAL_CALLS: Final = 2
"""So many calls find out whether a switch that refused takes calls again."""
UNKNOWN_CAPACITY: Final = 1000
"""FreeSWITCH's shipped ``max-sessions``, for a switch that has not told its own yet."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A switch, and our calls that are on it or being sent to it."""

    switch: Switch
    up: int
    is_heard: bool
    """True when a listener receives its events, so that a call on it has an end."""
    last_dial_at: DateTime | None = None
    """When the newest of our calls on it was dialled; None when it is not asked for."""

    @property
    def capacity(self) -> int:
        """How many sessions it may have."""
        return UNKNOWN_CAPACITY if self.switch.max_sessions is None else self.switch.max_sessions


@dataclass(frozen=True, slots=True)
class Share:
    """The calls that one switch may get out of a batch."""

    candidate: Candidate
    room: int


def why_no_calls(candidate: Candidate) -> Why | None:
    """Return why a switch gets no calls, or only trial calls; None when it takes calls."""
    switch = candidate.switch
    if switch.state is not SwitchState.ACTIVE:
        return Why(Reason.SWITCH_DRAINING, since=switch.state_since, switch=switch.name)
    if not candidate.is_heard:
        return Why(Reason.NO_SWITCH, since=switch.heard_at, switch=switch.name)
    if switch.refused_cause:
        return Why(
            _REFUSES.get(switch.refused_cause, Reason.SWITCH_REFUSES),
            since=switch.refused_since,
            until=switch.refused_until,
            cause=switch.refused_cause,
            switch=switch.name,
        )
    if candidate.up >= candidate.capacity:
        return Why(
            Reason.SWITCH_FULL,
            since=candidate.last_dial_at,
            in_use=candidate.up,
            limit=candidate.capacity,
            cause=SESSIONS_FULL,
            switch=switch.name,
        )
    return None


def why_no_switch(candidates: Collection[Candidate]) -> tuple[Why, ...]:
    """Return why no switch takes calls, one reason for each that is not gone; empty when at least one takes them."""
    known = [candidate for candidate in candidates if candidate.switch.state is not SwitchState.GONE]
    reasons = [why_no_calls(candidate) for candidate in known]
    if not known:
        return (Why(Reason.NO_SWITCH),)
    return () if None in reasons else tuple(why for why in reasons if why is not None)


def why_held_by_switches(candidates: Collection[Candidate]) -> tuple[Why, ...]:
    """Return the switches that nobody hears, and whose calls hold slots because they may be up."""
    return tuple(
        Why(Reason.SWITCH_AWAY, since=c.switch.heard_at, in_use=c.up, switch=c.switch.name)
        for c in candidates
        if c.up and not c.is_heard
    )


_REFUSES: Final = {NOT_READY: Reason.SWITCH_PAUSED, SESSIONS_FULL: Reason.SWITCH_FULL}


def spread(calls: int, candidates: Collection[Candidate], *, now: DateTime) -> list[str]:
    """Return the switch of each call that can go now, the least used one first; fewer than ``calls`` without room.

    A switch's share follows its weight and the sessions that it may have.
    """
    rooms = {candidate.switch.name: _room(candidate, now=now) for candidate in candidates}
    given = dict.fromkeys(rooms, 0)
    chosen: list[str] = []
    while len(chosen) < calls:
        free = [c for c in candidates if given[c.switch.name] < rooms[c.switch.name]]
        if not free:
            break
        name = min(free, key=lambda c: (_use(c, given=given[c.switch.name]), c.switch.name)).switch.name
        given[name] += 1
        chosen.append(name)
    return chosen


def is_trial_due(candidate: Candidate, *, now: DateTime) -> bool:
    """Return True when a switch that refused has been passed over for long enough to be tried again."""
    switch = candidate.switch
    is_asked = candidate.is_heard and switch.state is SwitchState.ACTIVE
    return is_asked and bool(switch.refused_cause) and (switch.refused_until is None or switch.refused_until <= now)


def _room(candidate: Candidate, *, now: DateTime) -> int:
    """Return how many calls of one batch the switch may get."""
    switch = candidate.switch
    if switch.state is not SwitchState.ACTIVE or not candidate.is_heard:
        return 0
    room = max(0, candidate.capacity - candidate.up)
    if switch.sessions_per_second is not None:
        room = min(room, max(1, switch.sessions_per_second - 1))  # FreeSWITCH admits one fewer in a second
    if switch.refused_cause:
        return min(room, TRIAL_CALLS) if is_trial_due(candidate, now=now) else 0
    return room


def _use(candidate: Candidate, *, given: int) -> float:
    return (candidate.up + given + 1) / (candidate.switch.weight * max(1, candidate.capacity))
