"""When a switch takes no calls: what it said, how long it is passed over, and what proves that it is well again."""

from dataclasses import dataclass, replace
from typing import Final

from pendulum import DateTime

from worker.domain.switch import Switch
from worker.domain.timing import (
    REFUSAL_REMEMBERED,
    SWITCH_LONGEST_PAUSE,
    SWITCH_SHORTEST_PAUSE,
    SWITCH_STATUS_HOLDS,
)

NOT_READY: Final = "NOT_READY"
"""The cause of a switch that says of itself that it is not ready: it is paused or shutting down."""
SESSIONS_FULL: Final = "SESSIONS_FULL"
"""The cause of a switch that carries as many sessions as it may, most of them not ours."""

TOLD_BY_STATUS: Final = frozenset({NOT_READY, SESSIONS_FULL})

UNDERSTOOD_NOTHING: Final = ("-USAGE", "USAGE", "Command not found", "no reply")
"""Parts of answers of a switch that could not carry out the command: no call was attempted."""

_OWN: Final = frozenset(
    {
        "DESTINATION_OUT_OF_ORDER",  # full, paused, too many a second, or an originate that it cannot parse
        "SWITCH_CONGESTION",
        "NORMAL_CIRCUIT_CONGESTION",
        "REQUESTED_CHAN_UNAVAIL",
        "SYSTEM_SHUTDOWN",
        "CHAN_NOT_IMPLEMENTED",
    }
)


@dataclass(frozen=True, slots=True)
class SwitchStatus:
    """What a switch said of itself: does it take calls, how many it has, and how many it may have."""

    is_ready: bool
    sessions: int
    max_sessions: int
    sessions_per_second: int


@dataclass(frozen=True, slots=True)
class SwitchNews:
    """What a batch of call events reports about the switch."""

    refusal: str = ""
    """The cause with which it refused a call; empty when it refused none."""
    accepted_dial: DateTime | None = None
    """When the last of the calls that got a channel was dialled."""
    has_ended: bool = False
    """True when calls ended, so that it has room for others."""


def is_own_refusal(cause: str) -> bool:
    """Return True when a job that failed without a channel was refused by the switch, and not by one gateway of it."""
    return cause in _OWN or any(part in cause for part in UNDERSTOOD_NOTHING)


def after_status(switch: Switch, status: SwitchStatus, *, ours: int, now: DateTime) -> Switch:
    """Return the switch after it told its status, with ``ours`` of its sessions being our calls."""
    told = replace(
        switch,
        heard_at=now,
        sessions=status.sessions,
        max_sessions=status.max_sessions,
        sessions_per_second=status.sessions_per_second,
    )
    if not status.is_ready:
        return _refusing(told, cause=NOT_READY, until=now + SWITCH_STATUS_HOLDS, now=now)
    if status.sessions >= status.max_sessions > ours:
        return _refusing(told, cause=SESSIONS_FULL, until=now + SWITCH_STATUS_HOLDS, now=now)
    if switch.refused_cause in TOLD_BY_STATUS:
        return _well(told)
    # Only a call that is accepted proves that a refusal is over, unless none was tried for a while.
    return _well(told) if switch.refused_cause and not _is_recent(switch, now=now) else told


def after_refusal(switch: Switch, cause: str, *, now: DateTime) -> Switch:
    """Return the switch after it refused a call; the longer it refuses, the longer it is passed over."""
    if switch.refused_cause in TOLD_BY_STATUS:
        return switch
    since = switch.refused_since if _is_recent(switch, now=now) and switch.refused_since else now
    pause = min(SWITCH_LONGEST_PAUSE, max(SWITCH_SHORTEST_PAUSE, (now - since) / 2))
    return replace(switch, refused_cause=cause, refused_since=since, refused_until=now + pause)


def after_acceptance(switch: Switch, *, dialled_at: DateTime) -> Switch:
    """Return the switch after a call got a channel; one that was dialled after the refusal proves that it is over."""
    if switch.refused_since is None or switch.refused_cause in TOLD_BY_STATUS or dialled_at <= switch.refused_since:
        return switch
    return _well(switch)


def after_trial(switch: Switch, *, now: DateTime) -> Switch:
    """Return the switch when it gets trial calls now: no other worker sends it some before the next pause is over."""
    return replace(switch, refused_until=now + SWITCH_SHORTEST_PAUSE)


def _refusing(switch: Switch, *, cause: str, until: DateTime, now: DateTime) -> Switch:
    since = switch.refused_since if switch.refused_cause == cause else now
    return replace(switch, refused_cause=cause, refused_since=since, refused_until=until)


def _well(switch: Switch) -> Switch:
    return replace(switch, refused_cause="", refused_since=None, refused_until=None)


def _is_recent(switch: Switch, *, now: DateTime) -> bool:
    return switch.refused_until is not None and now - switch.refused_until <= REFUSAL_REMEMBERED
