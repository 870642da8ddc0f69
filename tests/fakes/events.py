"""A switch's events as a test tells them."""

from pendulum import DateTime, Duration
from typing_extensions import override

from tests.fakes.telephony import SWITCH
from worker.domain.agents.legs import LegEvent
from worker.domain.call import CallEvent
from worker.domain.switch_refusal import SwitchStatus
from worker.ports.dispatch.telephony import EventSource


class FakeEvents(EventSource):
    """Gives what was put in; keeps it while its reader stands by."""

    def __init__(self, *, since: DateTime | None) -> None:
        self.arrived: list[CallEvent] = []
        self.since = self.dialable = since
        self.skew: Duration | None = None
        self.core = ""
        self.legs: list[LegEvent] = []
        self.status: SwitchStatus | None = None
        """What the switch said of itself."""
        self.memories: list[Duration | None] = []
        """How long it was to keep things, each time that its reader stood by."""

    @property
    @override
    def switch(self) -> str:
        return SWITCH

    @property
    @override
    def listening_since(self) -> DateTime | None:
        return self.since

    @property
    @override
    def dialable_from(self) -> DateTime | None:
        return self.dialable

    @property
    @override
    def clock_skew(self) -> Duration | None:
        return self.skew

    @property
    @override
    def core_id(self) -> str:
        return self.core

    @override
    def take_status(self) -> SwitchStatus | None:
        status, self.status = self.status, None
        return status

    @override
    def take_legs(self) -> list[LegEvent]:
        legs, self.legs = self.legs, []
        return legs

    @override
    def read(self) -> list[CallEvent]:
        events, self.arrived = self.arrived, []
        return events

    @override
    def close(self) -> None:
        self.since = None

    @override
    def stand_by(self, memory: Duration | None) -> None:
        self.memories.append(memory)
