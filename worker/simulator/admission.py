"""The limits of the simulated switch: paused, shutting down, full, or too many new calls in this second."""

from dataclasses import dataclass
from typing import Final

_INVALID: Final = "-ERR Invalid command\n"


@dataclass(slots=True)
class Admission:
    """The switch's own limits, as ``fsctl`` sets them."""

    max_sessions: int
    sessions_per_second: int
    paused_inbound: bool = False
    paused_outbound: bool = False
    is_shutting_down: bool = False
    last_second: int = 0
    in_last_second: int = 0
    """Sessions that began in ``last_second``, a whole second of the switch's clock."""

    @property
    def is_ready(self) -> bool:
        """Return what ``status`` shows: a switch that is paused in one direction only is ready."""
        return not (self._is_paused(["inbound", "outbound"]) or self.is_shutting_down)

    def why_not(self, *, sessions: int, second: int) -> str:
        """Return why a call is refused now; empty when it is taken, and then it counts.

        As FreeSWITCH does, ``sps N`` admits N - 1 sessions in a second of the clock.
        """
        if self.is_shutting_down:
            return "shutdown"
        if self.paused_outbound:
            return "paused"
        if second != self.last_second:
            self.last_second, self.in_last_second = second, 0
        if self.in_last_second >= max(1, self.sessions_per_second - 1):
            return "per_second"
        if sessions >= self.max_sessions:
            return "full"
        self.in_last_second += 1
        return ""

    def run(self, arguments: str) -> str:
        """Run ``fsctl`` with these arguments and return its answer."""
        match arguments.split():
            case ["pause" | "resume" as action, *directions] if set(directions) <= {"inbound", "outbound"}:
                self._pause(directions or ["inbound", "outbound"], is_paused=action == "pause")
                return "+OK\n"
            case ["pause_check", *directions] if set(directions) <= {"inbound", "outbound"}:
                return "true" if self._is_paused(directions or ["inbound", "outbound"]) else "false"
            case ["max_sessions", *count] if not count or count[0].isdigit():
                self.max_sessions = int(count[0]) if count else self.max_sessions
                return f"+OK max sessions: {self.max_sessions}\n"
            case ["sps", *count] if not count or count[0].isdigit():
                self.sessions_per_second = int(count[0]) if count else self.sessions_per_second
                return f"+OK sessions per second: {self.sessions_per_second}\n"
            case ["last_sps"]:
                return f"+OK last sessions per second: {self.in_last_second}\n"
            case _:
                return _INVALID

    def _is_paused(self, directions: list[str]) -> bool:
        """Return True when the switch is paused in all of these directions."""
        states = {"inbound": self.paused_inbound, "outbound": self.paused_outbound}
        return all(states[direction] for direction in directions)

    def _pause(self, directions: list[str], *, is_paused: bool) -> None:
        if "inbound" in directions:
            self.paused_inbound = is_paused
        if "outbound" in directions:
            self.paused_outbound = is_paused
