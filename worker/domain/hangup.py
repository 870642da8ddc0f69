"""The facts of a call's end, as a switch tells them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """The facts that decide a call's outcome; whether they come from an event or from a CDR makes no difference."""

    cause: str
    """FreeSWITCH's hang-up cause, for example ``USER_BUSY``."""
    answered: bool
    by_machine: bool = False
    q850: int | None = None
    """The Q.850 number of the cause; FreeSWITCH numbers some causes of its own above 127."""
    sip_status: int | None = None
    """The far end's final SIP response; None when it sent none, for example because we cancelled the call."""
    by_us: bool = False
    """True when our side ended the call."""
    rang: bool = False
    replied: bool | None = None
    """False when the far side never sent anything, so that a SIP status was made by the switch; None: not known."""
