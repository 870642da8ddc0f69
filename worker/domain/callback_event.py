"""What can be told of a call, and in which order it happens."""

from enum import StrEnum
from typing import Final


class CallbackEvent(StrEnum):
    """Something that happened to a call; the wire's name for it, and the ``state`` of what is posted."""

    RINGING = "ringing"
    ANSWERED = "answered"
    HANGUP = "hangup"
    CDR = "cdr"
    CDR_AUTOCALL = "cdr_autocall"
    MISSED = "missed"
    """An inbound call that nobody took: it may be asked for, and an outbound call never is one."""


_ORDER: Final = (
    CallbackEvent.RINGING,
    CallbackEvent.ANSWERED,
    CallbackEvent.HANGUP,
    CallbackEvent.CDR,
    CallbackEvent.CDR_AUTOCALL,
    CallbackEvent.MISSED,
)
_STEP: Final = 10
"""Numbers kept for each call, so that an event that comes to be told later finds its place."""


def sequence_number(event: CallbackEvent, *, attempt: int) -> int:
    """Give an event's place in its lead's life: the later one has the greater number, whatever arrives first.

    Nothing is counted for it, so that nothing can be lost: a lead's calls have ascending attempts.
    """
    return attempt * _STEP + _ORDER.index(event) + 1
