"""What must hold whatever fails, and how it is said that it did not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Promise(StrEnum):
    """The promises that a run puts to the test, in the words of the table."""

    NOT_TWICE = "nobody is dialled twice for one attempt"
    ANSWERED = "nobody who answered is called again"
    NOBODY = "no attempt is spent on a call that reached nobody"
    ATTEMPTS = "no lead is called more often than the rules allow"
    CAMPAIGN_LIMIT = "no campaign is over its calls at once"
    CARRIER_LIMIT = "no carrier is over its calls at once"
    NETWORK_LIMIT = "no network is over its channels"
    TENANT_LIMIT = "no tenant is over its cap"
    CALLS_PER_SECOND = "no carrier begins more calls in a second than it may"
    WINDOW = "nobody is dialled outside a window"
    RUNNING = "nobody is dialled after a stop, a pause, an end, or over another carrier"
    DO_NOT_CALL = "nobody on do-not-call is dialled"
    LONGEST_CALL = "no call goes on for longer than the longest"
    STANDSTILL = "nobody stands still beside a healthy switch"
    LEAD_ENDS = "every lead ends, with a reason that its calls bear out"
    DIAL_HAS_CDR = "every dial leaves a CDR"
    TIMES = "a CDR says when a call ended by our clock, whatever the switch's shows"
    TRUTH = "a CDR is what the second source told, if that came"
    NOT_LIVE_FOR_EVER = "no call stays live for ever"
    CDR_IN_OUTBOX = "every CDR that is asked for is in the outbox"
    CDR_RECEIVED = "every CDR is received, and tells of a call that has ended"
    PROMPT = "99 of 100 callbacks to good URLs come within a second beside a broken URL"
    CAPS = "no tenant stores more than it may"
    SILENCE = "nobody answers to silence, nor is left to it"
    MESSAGE = "nobody hears another message than theirs, nor half of one as if it were whole"
    KEYS = "a CDR has the keys that were pressed"
    OPT_OUT = "nobody who asked for no more calls is dialled again"
    CODES = "no code is found in a file afterwards"
    ONE_WEBHOOK_ID = "whatever is received again has the same id"


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that did not hold, in words, with the facts that show it."""

    promise: Promise
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)  # Any: whatever shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What is let pass, in seconds, because an originate cannot be called back."""

    on_its_way: float = 1.0
    """A call that was won before an edit was answered may reach the switch so much later."""
    end_of_call: float = 2.0
    """A CDR's end may be so far from the switch's own, besides the time that the originate was on its way."""
    longer_call: float = 1.0
    """A switch that has much to do ends a call so much later."""
    silence: float = 1.0
    """A switch and a voice process that have much to do let a callee go so much later."""
    standstill: float = 5.0
    prompt: float = 1.0
    settled: float = 5.0
    """A posted CDR is settled within this time, and a call that is queued by then may still be dialled."""
    past_the_window: float = 0.0
    """Nothing is begun in a window's last half second, so that nothing comes after its end."""
