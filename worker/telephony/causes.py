"""How a call ended, from what the switch says of it: hangup facts -> one of the nine outcomes."""

from dataclasses import dataclass
from typing import Final

from worker.domain.call import Outcome

_OUTCOME_OF: Final = {
    "USER_BUSY": Outcome.BUSY,
    "CALL_REJECTED": Outcome.BUSY,
    "NO_ANSWER": Outcome.NO_ANSWERED,
    "ALLOTTED_TIMEOUT": Outcome.NO_ANSWERED,
    "ORIGINATOR_CANCEL": Outcome.NO_ANSWERED,
    "NORMAL_CLEARING": Outcome.NO_ANSWERED,  # without an answer it is a call that we ended
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
        "DESTINATION_OUT_OF_ORDER",  # full, paused, or no session to be had
        "SWITCH_CONGESTION",
        "NORMAL_CIRCUIT_CONGESTION",
        "REQUESTED_CHAN_UNAVAIL",
        "SYSTEM_SHUTDOWN",
        "INVALID_GATEWAY",
        "GATEWAY_DOWN",
        "INVALID_PROFILE",
        "NETWORK_OUT_OF_ORDER",
        "CHAN_NOT_IMPLEMENTED",  # the endpoint's module is not loaded
        "USER_NOT_REGISTERED",
    },
)
"""What the switch itself says, on the job alone, when it would not take a call: nobody was dialled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """What an ended call's last event says that decides its outcome."""

    cause: str
    answered: bool
    by_machine: bool = False


def outcome_of(hangup: Hangup) -> Outcome:
    """Decide the outcome: the answer decides first, then the cause; the SIP status is too often absent to be asked."""
    if hangup.answered:
        return Outcome.VOICEMAIL if hangup.by_machine else Outcome.ANSWERED
    return _OUTCOME_OF.get(hangup.cause, Outcome.FAILED)
