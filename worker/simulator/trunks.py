"""The state of each gateway's trunk: what becomes of a call before any callee hears of it."""

from enum import StrEnum
from typing import Final, assert_never

from worker.simulator.model import SETUP_BY_DIGIT, FarEnd, Fate

LOCAL_SECONDS: Final = 0.02
"""Until a switch with nobody behind the gateway makes a 503 itself, as recorded."""
SIP_TIMER_SECONDS: Final = 32.0
"""Until a switch gives up an INVITE to which nobody replies, and makes a 408 itself (RFC 3261, timer B)."""


class TrunkState(StrEnum):
    """The condition of a gateway's trunk, as ``api trunk GATEWAY STATE`` sets it."""

    UP = "up"
    DOWN = "down"
    """The switch knows by its pings that nobody is there, and refuses calls without a channel."""
    DEAD = "dead"
    """Nobody listens: the switch notices at once, on a channel."""
    SILENT = "silent"
    """Somebody listens and never replies."""
    FAILING = "failing"
    """The far side replies 503."""
    CONGESTED = "congested"
    """The far side replies 503 with the Q.850 cause 34."""


class Trunks:
    """The states of the gateways' trunks; a trunk is up until it is set otherwise."""

    def __init__(self) -> None:
        """Start with all trunks up."""
        self._states: dict[str, TrunkState] = {}

    def set(self, gateway: str, state: TrunkState) -> None:
        """Set the state of a gateway's trunk; it holds for calls that begin from now on."""
        self._states[gateway] = state

    def is_down(self, gateway: str) -> bool:
        """Return True when the switch refuses calls through the gateway."""
        return self._states.get(gateway) is TrunkState.DOWN

    def fate_at(self, gateway: str) -> Fate | None:
        """Return the fate of a call that gets no further than the trunk; None when the callee decides."""
        match self._states.get(gateway, TrunkState.UP):
            case TrunkState.UP | TrunkState.DOWN:
                return None
            case TrunkState.DEAD:
                return Fate(FarEnd.UNREACHABLE, LOCAL_SECONDS)
            case TrunkState.SILENT:
                return Fate(FarEnd.SILENT, SIP_TIMER_SECONDS)
            case TrunkState.FAILING:
                return Fate(FarEnd.TEMPORARY_FAILURE, SETUP_BY_DIGIT)
            case TrunkState.CONGESTED:
                return Fate(FarEnd.CONGESTION, SETUP_BY_DIGIT)
            case never:
                assert_never(never)
