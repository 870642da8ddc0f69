"""A call's life, the events that move it on, and how it can end."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pendulum import DateTime

from worker.domain.ids import CallId


class CallState(StrEnum):
    """Where a call stands; a call in one of the first four occupies a slot."""

    QUEUED = "queued"
    DIALING = "dialing"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    CANCELLED = "cancelled"


LIVE: Final = (CallState.QUEUED, CallState.DIALING, CallState.RINGING, CallState.ANSWERED)
ON_SWITCH: Final = (CallState.DIALING, CallState.RINGING, CallState.ANSWERED)


class Outcome(StrEnum):
    """How a call ended: the nine results that ``recall_status`` can name."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWERED = "no-answered"
    NOT_AVAILABLE = "not-available"
    VOICEMAIL = "voicemail"
    INVALID_NUMBER = "invalid-number"
    PHONE_BLOCK = "phone-block"
    CONGESTION = "congestion"
    FAILED = "failed"


LOST: Final = "LOST"
"""The cause of an attempt whose fate cannot be known: it counts, so that nobody is rung twice for it."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """The far end rings."""

    call_id: CallId
    at: DateTime


@dataclass(frozen=True, slots=True)
class Answered:
    """The far end picked up."""

    call_id: CallId
    at: DateTime


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over, with everything that its CDR needs; times are the switch's own."""

    call_id: CallId
    outcome: Outcome
    cause: str
    started_at: DateTime
    ended_at: DateTime
    ringing_at: DateTime | None = None
    answered_at: DateTime | None = None
    dial: int | None = None
    """Of an end that no channel told of: which of the call's dials failed so."""
    sip_call_id: str = ""
    hangup_disposition: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The switch itself would not take the call: no channel existed, nobody was dialled.

    True only of calls that were placed after ``listening_since``: an older one's channel may have come and gone unseen.
    """

    call_id: CallId
    cause: str
    listening_since: DateTime
    dial: int | None = None
    """Which of the call's dials was refused; None when the switch does not say."""


CallEvent = Ringing | Answered | HungUp | Refused

LIFE: Final[Mapping[tuple[CallState, type[CallEvent]], CallState]] = {
    (CallState.DIALING, Refused): CallState.QUEUED,
    (CallState.DIALING, Ringing): CallState.RINGING,
    (CallState.DIALING, Answered): CallState.ANSWERED,
    (CallState.RINGING, Answered): CallState.ANSWERED,
    (CallState.DIALING, HungUp): CallState.ENDED,
    (CallState.RINGING, HungUp): CallState.ENDED,
    (CallState.ANSWERED, HungUp): CallState.ENDED,
}


def next_state(state: CallState, event: CallEvent) -> CallState | None:
    """Give the state that the event leads to; None for a late, repeated or impossible event."""
    return LIFE.get((state, type(event)))
