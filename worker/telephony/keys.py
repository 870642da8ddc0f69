"""The keys that a callee pressed, in the switch's events and CDRs."""

from typing import Final
from uuid import UUID

from worker.domain.call import KeyPressed
from worker.domain.ids import CallId
from worker.domain.keys import KeyPress, is_key
from worker.telephony.esl import SwitchEvent

_NONE: Final = "none"
"""What the switch writes when no key was pressed."""
_MICROSECONDS: Final = 1_000_000


def key_in(event: SwitchEvent) -> KeyPressed | None:
    """Return the key of a ``DTMF`` event, which has no variables: whose call it is, its id must tell."""
    digit, answered = event.get("DTMF-Digit", ""), int(event.get("Caller-Channel-Answered-Time", "0"))
    if not is_key(digit) or not answered:
        return None
    seconds = max(0.0, (int(event["Event-Date-Timestamp"]) - answered) / _MICROSECONDS)
    try:
        return KeyPressed(CallId(UUID(event["Unique-ID"])), KeyPress(digit, seconds))
    except ValueError:  # a channel that is not one of ours
        return None


def digits_in(event: SwitchEvent) -> str | None:
    """Return the keys in a hang-up event or CDR; None when it does not say."""
    digits = event.get("variable_digits_dialed")
    return "" if digits == _NONE else digits
