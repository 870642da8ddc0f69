"""Map a call's hang-up (FreeSWITCH hang-up cause, answered, machine) to one of the nine outcomes."""

from dataclasses import dataclass
from typing import Final

from worker.domain.call import Outcome

_OUTCOME_OF: Final = {
    "USER_BUSY": Outcome.BUSY,
    "CALL_REJECTED": Outcome.BUSY,
    "NO_ANSWER": Outcome.NO_ANSWERED,
    "ALLOTTED_TIMEOUT": Outcome.NO_ANSWERED,
    "ORIGINATOR_CANCEL": Outcome.NO_ANSWERED,
    "NORMAL_CLEARING": Outcome.NO_ANSWERED,  # without an answer: we ended the call
    "SUBSCRIBER_ABSENT": Outcome.NOT_AVAILABLE,
    "NO_USER_RESPONSE": Outcome.NOT_AVAILABLE,
    "DESTINATION_OUT_OF_ORDER": Outcome.NOT_AVAILABLE,
    "RECOVERY_ON_TIMER_EXPIRE": Outcome.NOT_AVAILABLE,
    "NORMAL_TEMPORARY_FAILURE": Outcome.NOT_AVAILABLE,
    "UNALLOCATED_NUMBER": Outcome.INVALID_NUMBER,
    "INVALID_NUMBER_FORMAT": Outcome.INVALID_NUMBER,
    "NO_ROUTE_DESTINATION": Outcome.INVALID_NUMBER,
    "NUMBER_CHANGED": Outcome.INVALID_NUMBER,
    "INCOMING_CALL_BARRED": Outcome.PHONE_BLOCK,
    "NORMAL_CIRCUIT_CONGESTION": Outcome.CONGESTION,
    "SWITCH_CONGESTION": Outcome.CONGESTION,
    "REQUESTED_CHAN_UNAVAIL": Outcome.CONGESTION,
    "OUTGOING_CALL_BARRED": Outcome.CONGESTION,
    "GATEWAY_DOWN": Outcome.CONGESTION,
}

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """The facts of a call's last event that decide its outcome."""

    cause: str
    answered: bool
    by_machine: bool = False


def outcome_of(hangup: Hangup) -> Outcome:
    """Decide the outcome: by the answer first, then by the cause. The SIP status is not used: it is often absent."""
    if hangup.answered:
        return Outcome.VOICEMAIL if hangup.by_machine else Outcome.ANSWERED
    return _OUTCOME_OF.get(hangup.cause, Outcome.FAILED)
