"""The events that are posted as callbacks, and the order of those of a call."""

from enum import StrEnum
from typing import Final


class CallbackEvent(StrEnum):
    """What a callback is about: a call, a carrier or an alert; the value is its wire name and the body's ``state``."""

    RINGING = "ringing"
    ANSWERED = "answered"
    HANGUP = "hangup"
    CDR = "cdr"
    CDR_AUTOCALL = "cdr_autocall"
    MISSED = "missed"
    """An inbound call that nobody answered: a subscription may name it, but outbound calls never cause it."""
    CARRIER_FAILING = "carrier_failing"
    CARRIER_RECOVERED = "carrier_recovered"
    """Of a carrier, not of a call; these two have no place in the order of a call's events."""
    CAMPAIGN_STALLED = "campaign_stalled"
    CAMPAIGN_FINISHED = "campaign_finished"
    CALLBACK_URL_FAILING = "callback_url_failing"
    SWITCH_GONE = "switch_gone"
    """Alerts, which belong to no call: sent once, and all but ``campaign_finished`` once more when they clear."""
    AGENT_STATE = "agent_state"
    """An agent has another state; it has no place in the order of a call's events."""
    CAMPAIGN_REPORT = "campaign_report"
    """A campaign's daily report; it has no place there either."""


OF_CARRIERS: Final = frozenset({CallbackEvent.CARRIER_FAILING, CallbackEvent.CARRIER_RECOVERED})
OF_AGENTS: Final = frozenset({CallbackEvent.AGENT_STATE})
OF_REPORTS: Final = frozenset({CallbackEvent.CAMPAIGN_REPORT})
ALERTS: Final = frozenset(
    {
        CallbackEvent.CAMPAIGN_STALLED,
        CallbackEvent.CAMPAIGN_FINISHED,
        CallbackEvent.CALLBACK_URL_FAILING,
        CallbackEvent.SWITCH_GONE,
    }
)
_ORDER: Final = (
    CallbackEvent.RINGING,
    CallbackEvent.ANSWERED,
    CallbackEvent.HANGUP,
    CallbackEvent.CDR,
    CallbackEvent.CDR_AUTOCALL,
    CallbackEvent.MISSED,
)
_STEP: Final = 10
"""Sequence numbers reserved for each call; more than there are events, so that new events can be added later."""


_CORRECTED: Final = 4
"""How much higher a correction's number is: above every event that an outbound call can have had."""


def sequence_number(event: CallbackEvent, *, attempt: int, uncounted: int, is_correction: bool = False) -> int:
    """Return the event's position among all events of its lead; receivers sort by it, whatever arrives first.

    The number is computed from the attempt and the calls before it that used none: their sum ascends from call to call,
    so no counter has to be stored.
    """
    step = _ORDER.index(event) + 1 + (_CORRECTED if is_correction else 0)
    return (attempt + uncounted) * _STEP + step
