"""A store in memory, and fakes of everything else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from pendulum import DateTime
from uuid_utils.compat import uuid7

from tests.builders import CARRIER, NOON, a_switch
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeRate
from tests.fakes.database import empty_database
from tests.fakes.jobs import FakeJobQueue
from tests.fakes.telephony import SWITCH, FakeTelephony
from worker.domain.call import CallEvent
from worker.domain.ids import CallId
from worker.domain.leadership import LeaderLease, listener_of
from worker.ports.dispatch.messages import Rate
from worker.ports.sounds import SoundNames
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.dial_paced import Dialler
from worker.usecases.dispatch.handle_events import handle_events
from worker.usecases.dispatch.place_calls import place_calls
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.dispatch.sweep import sweep
from worker.usecases.dispatch.tick import tick

LONG_BEFORE = NOON.subtract(hours=1)
LISTENER = LeaderLease(listener_of(SWITCH), UUID(int=77))


@dataclass
class World:
    """Everything that a use case works with, and the use cases with all of it in place."""

    store: SqlStore
    queue: FakeJobQueue = field(default_factory=FakeJobQueue)
    telephony: FakeTelephony = field(default_factory=FakeTelephony)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    names: SoundNames | None = None
    """The names of sounds, when callees hear ours."""
    rate: FakeRate = field(init=False)

    def __post_init__(self) -> None:
        """Let the buckets fill by this world's clock."""
        self.rate = FakeRate(self.clock)

    def listen(self, *, since: DateTime | None = None) -> None:
        """Let the listener hear the switch from now on, or since then, and keep its post."""
        now = self.clock.now()
        with self.store.transaction() as tx:
            tx.switches.insert_missing([a_switch(SWITCH)])
            assert tx.leader_leases.acquire(LISTENER, since=since or now, now=now)

    def plan(self) -> list[CallId]:
        """Plan the carrier; give the calls that were queued."""
        before = len(self.queue.calls)
        now, names = self.clock.now(), self.names
        plan_carrier(self.store, queue=self.queue, carrier_id=CARRIER, now=now, new_id=uuid7, names=names)
        return self.queue.calls[before:]

    def place(self, call_ids: list[CallId], *, rate: Rate | None = None) -> int:
        """Take up one message; somebody hears the switch, and has for long."""
        self.listen(since=LONG_BEFORE)
        return self.place_as_heard(call_ids, rate=rate)

    def place_as_heard(self, call_ids: list[CallId], *, rate: Rate | None = None) -> int:
        """Take up one message, whoever hears the switch or not."""
        dialler = Dialler(
            telephony=self.telephony,
            rate=rate or self.rate,
            clock=self.clock,
            wait=self.clock.wait,
            beside=lambda work: work(),
            longest_call_seconds=900,
            names=self.names,
        )
        return place_calls(self.store, queue=self.queue, dialler=dialler, call_ids=call_ids)

    def dial(self) -> list[CallId]:
        """Plan the carrier and take up the messages."""
        call_ids = self.plan()
        self.place(call_ids)
        return call_ids

    def hear(self, *events: CallEvent) -> None:
        """Handle events in one batch."""
        self.listen(since=LONG_BEFORE)
        handle_events(self.store, queue=self.queue, events=events, lease=LISTENER, now=self.clock.now(), new_id=uuid7)

    def tick(self) -> None:
        """Let a second of the beat pass."""
        tick(self.store, queue=self.queue, now=self.clock.now())

    def sweep(self) -> None:
        """Repair."""
        sweep(self.store, queue=self.queue, telephony=self.telephony, now=self.clock.now(), new_id=uuid7)


@pytest.fixture
def world() -> Iterator[World]:
    engine = empty_database()
    yield World(SqlStore(engine))
    engine.dispose()
