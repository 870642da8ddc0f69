"""A switch that remembers what it was told, for use-case tests."""

from collections.abc import Callable, Collection, Sequence

from pendulum import DateTime
from typing_extensions import override

from worker.domain.errors import NotFound, Unavailable
from worker.domain.gateway import Gateway
from worker.domain.ids import CallId
from worker.domain.switch import Switch
from worker.ports.dispatch.telephony import Origination, Placed, Telephony

SWITCH = "10.0.0.1:8021"


class FakeTelephony(Telephony):
    """Takes every call unless it was told otherwise."""

    def __init__(self) -> None:
        self.placed: list[Origination] = []
        self.ended: list[CallId] = []
        self.calls_up: set[CallId] = set()
        self.is_reachable = True
        self.configured = {SWITCH}
        self.refused: set[CallId] = set()
        """Calls that will not be taken: it is certain that they were not dialled."""
        self.says = ""
        """What it replies to each command instead of taking it."""
        self.forgotten: set[CallId] = set()
        """Calls that are taken, and of which the switch knows nothing afterwards."""
        self.listed_gateways: list[Gateway] = []
        self.followed: dict[str, str] = {}
        """The addresses that it was last told to use."""
        self.answers = True
        """Whether it says what has become of calls that it takes."""
        self.until: DateTime | None = None
        """Until when the last calls could have been sent."""
        self.while_asked: Callable[[], None] | None = None
        """What happens between its listing of the calls and the moment at which that is read."""

    @override
    def follow(self, switches: Collection[Switch]) -> None:
        self.followed = {switch.name: switch.url for switch in switches}

    @override
    def reachable(self, *, among: Collection[str]) -> set[str]:
        return set(among) & self.configured if self.is_reachable else set()

    @override
    def place(
        self, originations: Sequence[Origination], *, switch: str, until: DateTime, awaits_begin: bool = False
    ) -> Placed:
        self.until = until
        ids = frozenset(origination.call_id for origination in originations)
        if not self.is_reachable or switch not in self.configured:
            return Placed(ids)
        if self.says:
            return Placed(ids, refusals={switch: self.says})
        taken = [origination for origination in originations if origination.call_id not in self.refused]
        self.placed += taken
        self.calls_up |= {origination.call_id for origination in taken} - self.forgotten
        return Placed(ids & self.refused, is_answered=self.answers)

    @override
    def up(self, switch: str) -> set[CallId]:
        if switch not in self.configured:
            raise NotFound(f"no switch is named {switch}")
        if not self.is_reachable:
            raise Unavailable(f"switch {switch} cannot be asked")
        listed = set(self.calls_up)
        if self.while_asked is not None:
            self.while_asked()
        return listed

    @override
    def gateways(self, switch: str) -> list[Gateway]:
        if switch not in self.configured or not self.is_reachable:
            raise Unavailable(f"switch {switch} cannot be asked")
        return list(self.listed_gateways)

    @override
    def end(self, call_id: CallId, *, switch: str, cause: str) -> None:
        if not self.is_reachable or switch not in self.configured:
            raise Unavailable(f"switch {switch} cannot be told")
        self.ended.append(call_id)
        self.calls_up.discard(call_id)
