"""What the end of a call says of the carrier's trunk: it replied, it failed, or nothing."""

from typing import Final

from worker.domain.hangup import Hangup
from worker.domain.trunk import REPLIED, TrunkResult

TRUNK_REFUSALS: Final = frozenset({"INVALID_GATEWAY", "GATEWAY_DOWN", "INVALID_PROFILE"})
"""Refusals of a switch that are about the trunk: its gateway is unknown or down there."""

_OF_THE_TRUNK: Final = frozenset(
    {
        "NORMAL_TEMPORARY_FAILURE",  # 500, 503
        "SERVICE_NOT_IMPLEMENTED",  # 501
        "NETWORK_OUT_OF_ORDER",  # 502
        "RECOVERY_ON_TIMER_EXPIRE",  # 504
        "INTERWORKING",  # 505, 513
        "NORMAL_UNSPECIFIED",
        "NORMAL_CIRCUIT_CONGESTION",  # this and the others below: named by the reply's Reason header
        "SWITCH_CONGESTION",
        "REQUESTED_CHAN_UNAVAIL",
        "SERVICE_UNAVAILABLE",
    },
)
"""Causes that leave a 5xx the trunk's own; any other one was named in its Reason header and is about the callee."""
_SERVER_ERRORS: Final = range(500, 600)
_TIMED_OUT: Final = 408


def is_unreached(hangup: Hangup) -> bool:
    """Return True when the trunk sent nothing at all before the call failed or its ``call_timeout`` passed.

    A switch with nobody behind the gateway makes a 503 itself, and a 408 after 32 s. A call that we ended in another
    way says nothing of the trunk, because it had no time to reply.
    """
    if hangup.answered or hangup.rang or hangup.replied is not False:
        return False
    made_by_switch = hangup.sip_status == _TIMED_OUT or hangup.sip_status in _SERVER_ERRORS
    return made_by_switch or hangup.cause == "NO_ANSWER"


def trunk_result_of(hangup: Hangup) -> TrunkResult | None:
    """Return what the call says of its trunk; None when it says nothing.

    A 5xx before ringing is a failure of the trunk. Once the phone rang the trunk did its part, so a later 5xx is the
    callee's network.
    """
    if hangup.answered or hangup.rang:
        return REPLIED
    if is_unreached(hangup):
        return TrunkResult(hangup.cause)
    if not hangup.replied:
        return None
    failed = hangup.sip_status in _SERVER_ERRORS and hangup.cause in _OF_THE_TRUNK
    return TrunkResult(hangup.cause) if failed else REPLIED


def trunk_result_of_refusal(cause: str) -> TrunkResult | None:
    """Return what a refusal of the switch says of the trunk; None when it is about the switch itself."""
    return TrunkResult(cause) if cause in TRUNK_REFUSALS else None
