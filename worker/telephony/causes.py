"""What a switch's hang-up causes and events say of a call's end."""

from collections.abc import Mapping
from typing import Final

from worker.domain.hangup import Hangup
from worker.telephony.esl import SwitchEvent

_MOST_DIGITS: Final = 4

REFUSALS: Final = frozenset(
    {
        "DESTINATION_OUT_OF_ORDER",  # the switch is full or paused, or could not create a session
        "SWITCH_CONGESTION",
        "NORMAL_CIRCUIT_CONGESTION",
        "REQUESTED_CHAN_UNAVAIL",
        "SYSTEM_SHUTDOWN",
        "INVALID_GATEWAY",
        "GATEWAY_DOWN",
        "INVALID_PROFILE",
        "NETWORK_OUT_OF_ORDER",
        "CHAN_NOT_IMPLEMENTED",  # the module of the endpoint is not loaded
        "USER_NOT_REGISTERED",
    },
)
"""Causes of a failed originate job without a channel that mean that the switch refused the call: nobody was dialled."""
VOICEMAIL: Final = "callbeat_voicemail"
"""A variable that a voice process sets where a template treats machines as persons."""
AS_ANSWERED: Final = "answered"
_REPLIES: Final = ("variable_sip_reply_host", "variable_sip_network_ip", "Caller-Network-Addr")
"""Headers that the switch fills from what the far side sent; recorded as absent when nobody replied."""


def hangup_of(event: SwitchEvent, *, answered: bool, rang: bool) -> Hangup:
    """Return the facts of the end in a ``CHANNEL_HANGUP_COMPLETE`` event."""
    machine = is_machine(event) or event.get("variable_avmd_detect") == "TRUE"
    return Hangup(
        cause=event.get("Hangup-Cause") or event.get("variable_hangup_cause") or "UNKNOWN",
        answered=answered,
        by_machine=machine and event.get(f"variable_{VOICEMAIL}") != AS_ANSWERED,
        q850=_number(event.get("variable_hangup_cause_q850", "")),
        sip_status=_number(event.get("variable_sip_term_status", "")),
        by_us=event.get("variable_sip_hangup_disposition", "").startswith("send_"),
        rang=rang,
        replied=any(event.get(name) for name in _REPLIES),
    )


def is_machine(headers: Mapping[str, str]) -> bool:
    """Return True when the channel says that a detector has found a machine."""
    return headers.get("variable_amd_result", "").upper() == "MACHINE"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
