"""The states of a call, the events that change its state, and the outcomes it can have."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pendulum import DateTime

from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.keys import KeyPress


class CallState(StrEnum):
    """The state of a call; in the first four the call is live and occupies a slot."""

    QUEUED = "queued"
    DIALING = "dialing"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    CANCELLED = "cancelled"


LIVE: Final = (CallState.QUEUED, CallState.DIALING, CallState.RINGING, CallState.ANSWERED)
ON_SWITCH: Final = (CallState.DIALING, CallState.RINGING, CallState.ANSWERED)
"""States in which a switch has the call, or is about to get it."""


class Outcome(StrEnum):
    """How a call ended: the nine values that the setting ``recall_status`` can contain."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWERED = "no-answered"
    NOT_AVAILABLE = "not-available"
    VOICEMAIL = "voicemail"
    INVALID_NUMBER = "invalid-number"
    PHONE_BLOCK = "phone-block"
    CONGESTION = "congestion"
    FAILED = "failed"


TOO_LONG: Final = "ALLOTTED_TIMEOUT"
"""The cause of a call that was ended because it lasted as long as a call may."""

LOST: Final = "LOST"
"""The cause of a call that ended because its switch restarted: it counts as an attempt, and may be recalled."""
UNKNOWN: Final = "UNKNOWN"
"""The cause of a call whose end nobody heard although its switch went on: the callee may have answered, so it is not
recalled."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """The callee's phone rings; both times are from the switch's clock (worker/domain/switch_clock.py)."""

    call_id: CallId
    at: DateTime
    created_at: DateTime | None = None
    """When the switch created the channel; None when it does not say."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The callee answered; the times are those of ``Ringing``."""

    call_id: CallId
    at: DateTime
    created_at: DateTime | None = None


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The callee pressed a key; ``seconds`` are those since the answer, by the switch's clock."""

    call_id: CallId
    press: KeyPress


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over, with everything that its CDR needs.

    Times are from the switch's clock until ``end_on_our_clock`` has placed them on ours; then they have lengths too.
    """

    call_id: CallId
    end: Hangup
    started_at: DateTime
    ended_at: DateTime
    ringing_at: DateTime | None = None
    answered_at: DateTime | None = None
    dial: int | None = None
    """Which of the call's dials ended; None when the switch does not say."""
    sip_call_id: str = ""
    hangup_disposition: str = ""
    duration: int | None = None
    """Whole seconds from start to end, as the switch counts them."""
    billsec: int | None = None
    """Whole seconds from answer to end, as the switch counts them."""
    digits: str | None = None
    """All keys that the callee pressed, as the switch counts them; None when it does not say."""
    recording: str = ""
    """The file name of the call's recording; empty when nothing was recorded."""
    is_assumed: bool = False
    """True when no source reported this end; a later report replaces it."""

    @property
    def may_be_recalled(self) -> bool:
        """Return False when the callee may have answered without our knowledge."""
        return not (self.is_assumed and self.cause == UNKNOWN)

    @property
    def cause(self) -> str:
        """Return the hang-up cause."""
        return self.end.cause


@dataclass(frozen=True, slots=True)
class Unreached:
    """The trunk sent no reply at all: the call had a channel, but nobody's phone rang, and the attempt does not count.

    ``hung_up`` is the end that the switch told.
    """

    hung_up: HungUp

    @property
    def call_id(self) -> CallId:
        """Return the call."""
        return self.hung_up.call_id


@dataclass(frozen=True, slots=True)
class Refused:
    """The switch itself refused the call: no channel existed and nobody was dialled.

    This is certain only for a dial after ``listening_since``: an earlier one may have had a channel that nobody saw.
    """

    call_id: CallId
    cause: str
    listening_since: DateTime
    dial: int | None = None
    """Which of the call's dials was refused; None when the switch does not say."""


CallEvent = Ringing | Answered | KeyPressed | HungUp | Refused | Unreached

LIFE: Final[Mapping[tuple[CallState, type[CallEvent]], CallState]] = {
    (CallState.DIALING, Refused): CallState.QUEUED,
    (CallState.DIALING, Unreached): CallState.QUEUED,
    (CallState.DIALING, Ringing): CallState.RINGING,
    (CallState.DIALING, Answered): CallState.ANSWERED,
    (CallState.RINGING, Answered): CallState.ANSWERED,
    (CallState.ANSWERED, KeyPressed): CallState.ANSWERED,
    (CallState.DIALING, HungUp): CallState.ENDED,
    (CallState.RINGING, HungUp): CallState.ENDED,
    (CallState.ANSWERED, HungUp): CallState.ENDED,
}
"""Every transition that an event may cause; any other combination of state and event is ignored."""


def next_state(state: CallState, event: CallEvent) -> CallState | None:
    """Return the state that the event leads to; None for a late, repeated or impossible event."""
    return LIFE.get((state, type(event)))
