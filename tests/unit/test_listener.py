"""The listener: hears while it holds its post, stands by while another does, and misses nothing in between."""

from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import pytest
from pendulum import Duration
from sqlalchemy import delete, select, update
from uuid_utils.compat import uuid7

from tests.builders import NOON, a_switch, add_leads, fill_store, viettel
from tests.fakes.events import FakeEvents
from tests.fakes.telephony import SWITCH
from tests.unit.usecases.conftest import World
from tests.unit.usecases.conftest import world as world  # noqa: PLC0414 - a fixture
from tests.unit.usecases.look import an_end, call_row, states
from worker.domain.call import CallState
from worker.domain.switch import Switch
from worker.domain.timing import EVENTS_REMEMBERED, LEADER_LEASE, SWITCH_SETTLES
from worker.listener import Listener
from worker.stopping import Stop
from worker.store.base.tables import leader_leases
from worker.store.dispatch.switches import SqlSwitches
from worker.wiring import Services

DRAIN = Duration(seconds=30)
HOLDERS = [UUID(int=501), UUID(int=502)]


@dataclass
class Ear:
    """One listener and what it hears."""

    listener: Listener
    events: FakeEvents


@dataclass
class Ears:
    """Two listeners of one switch, in one world."""

    world: World
    each: list[Ear] = field(default_factory=list)
    seconds: float = 0
    """What the monotonic clock of their machine shows."""
    stops: list[Stop] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.each = [self._ear(holder) for holder in HOLDERS]

    def _ear(self, holder: UUID) -> Ear:
        events = FakeEvents(since=NOON.subtract(hours=1))
        stop = Stop(drain=DRAIN, steady=lambda: self.seconds)
        self.stops.append(stop)
        return Ear(Listener(_services(self.world), events, holder=holder, stop=stop), events)

    def wait(self, seconds: float) -> None:
        """Let time pass by all clocks."""
        self.seconds += seconds
        self.world.clock.wait(seconds)

    def tell(self, *events: Any) -> None:
        """Let both hear the same."""
        for ear in self.each:
            ear.events.arrived += events


def _services(world: World) -> Services:
    """Give the world's parts; a listener uses no others."""

    @dataclass
    class Parts:
        store: Any
        queue: Any
        clock: Any
        new_id: Any

    return cast("Services", Parts(world.store, world.queue, world.clock, uuid7))


def holder(world: World) -> UUID | None:
    with world.store.reading() as tx:
        return tx.connection.scalar(leader_leases.select().with_only_columns(leader_leases.c.holder))


@pytest.fixture
def ears(world: World) -> Ears:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    world.dial()
    with world.store.transaction() as tx:
        tx.connection.execute(delete(leader_leases))
    return Ears(world)


def test_one_hears_and_the_other_stands_by(ears: Ears) -> None:
    first, second = ears.each
    call_id = ears.world.telephony.placed[0].call_id

    ears.tell(an_end(call_id))
    first.listener.step()
    second.listener.step()

    assert holder(ears.world) == HOLDERS[0]
    assert call_row(ears.world, call_id).state is CallState.ENDED
    assert second.events.arrived == [an_end(call_id)]


def test_whoever_stands_by_takes_over_and_has_missed_nothing(ears: Ears) -> None:
    first, second = ears.each
    call_id = ears.world.telephony.placed[0].call_id
    first.listener.step()
    second.listener.step()

    ears.tell(an_end(call_id))  # and the first dies before it reads that
    ears.world.clock.wait(LEADER_LEASE.total_seconds())
    second.listener.step()

    assert holder(ears.world) == HOLDERS[1]
    assert call_row(ears.world, call_id).state is CallState.ENDED


def test_a_leader_that_wakes_up_superseded_changes_nothing_and_becomes_standby(ears: Ears) -> None:
    first, second = ears.each
    call_id = ears.world.telephony.placed[0].call_id
    first.listener.step()
    with ears.world.store.transaction() as tx:  # while the first stands still just before it handles what it has read
        tx.connection.execute(update(leader_leases).values(holder=HOLDERS[1]))
    ears.tell(an_end(call_id))

    first.listener.step()
    untouched = states(ears.world)
    second.listener.step()
    first.listener.step()

    assert untouched == {CallState.DIALING: 1}
    assert call_row(ears.world, call_id).state is CallState.ENDED
    assert first.events.memories == [EVENTS_REMEMBERED]


def test_what_was_heard_before_the_other_was_last_seen_is_forgotten(ears: Ears) -> None:
    first, second = ears.each
    first.listener.step()
    second.listener.step()

    ears.world.clock.wait(0.25)
    second.listener.step()

    assert [memory.total_seconds() for memory in second.events.memories if memory] == [15.0, 15.25]


def test_a_listener_that_has_lost_the_switch_releases_its_lease(ears: Ears) -> None:
    first, second = ears.each
    first.listener.step()

    first.events.since = None
    first.listener.step()
    second.listener.step()

    assert holder(ears.world) == HOLDERS[1]


def test_a_switch_that_stands_still_has_no_listener_whoever_hears_it_answer_is_its_listener(ears: Ears) -> None:
    first, second = ears.each
    first.listener.step()

    first.events.dialable = None
    first.listener.step()
    nobody = holder(ears.world)
    second.listener.step()

    assert nobody is None
    assert (first.events.memories, holder(ears.world)) == ([None], HOLDERS[1])


def test_a_switch_that_goes_on_is_heard_at_once_and_told_of_calls_a_moment_later(ears: Ears) -> None:
    world, listener = ears.world, ears.each[0]
    add_leads(world.store, viettel(1, start=1))
    waiting, call_id = world.plan(), world.telephony.placed[0].call_id
    listener.events.dialable = world.clock.now() + SWITCH_SETTLES

    ears.tell(an_end(call_id))
    listener.listener.step()
    ended, before = call_row(world, call_id).state, world.place_as_heard(waiting)
    world.clock.wait(SWITCH_SETTLES.total_seconds())
    world.queue.calls.clear()
    listener.listener.step()

    assert (ended, before) == (CallState.ENDED, 0)
    assert world.queue.calls == waiting
    assert world.place_as_heard(waiting) == 1


def test_a_new_leader_asks_the_switch_for_calls_that_ended_unheard(ears: Ears) -> None:
    for _ in range(2):
        ears.each[0].listener.step()

    assert ears.world.queue.sweeps == [0]


def test_calls_that_waited_for_somebody_to_hear_are_sent_when_somebody_does(ears: Ears) -> None:
    add_leads(ears.world.store, viettel(1, start=1))
    (call_id,) = ears.world.plan()
    ears.world.clock.wait(4)
    with ears.world.store.transaction() as tx:
        tx.calls.postpone([call_id], until=ears.world.clock.now().add(microseconds=900_000))
    ears.world.queue.calls.clear()

    ears.each[0].listener.step()

    assert ears.world.queue.calls == [call_id]


def test_a_listener_that_ends_lets_the_other_take_over_at_once(ears: Ears) -> None:
    class End(Exception):
        pass

    def end() -> Any:
        raise End

    first, second = ears.each
    first.listener.step()
    first.events.read = end  # type: ignore[method-assign]  # the source says that it is over

    with pytest.raises(End):
        first.listener.run()
    second.listener.step()

    assert holder(ears.world) == HOLDERS[1]


def test_the_leader_stores_how_far_its_switchs_clock_is_ahead(world: World) -> None:
    with world.store.transaction() as tx:
        tx.switches.insert_missing([Switch(name=SWITCH, url="esl://x", state_since=NOON, created_at=NOON)])
    first, second = Ears(world).each
    first.events.skew, second.events.skew = Duration(seconds=-2400), Duration(seconds=7)

    stored = []
    for skew in (-2400, -2400.05, -1200, -1200):
        first.events.skew = Duration(milliseconds=round(skew * 1000))
        for ear in (first, second):
            ear.listener.step()
        stored.append(clock_skew_ms(world))
        world.clock.wait(5)

    assert stored == [-2_400_000, -2_400_000, -1_200_000, -1_200_000]


def clock_skew_ms(world: World) -> int | None:
    with world.store.reading() as tx:
        switch = tx.switches.named(SWITCH)
    return None if switch is None else switch.clock_skew_ms


def test_a_restart_is_noted_before_a_listener_leads_again(ears: Ears) -> None:
    """Otherwise a call could be dialled on the new switch and be taken for one of the old switch."""
    world, ear = ears.world, ears.each[0]
    with world.store.transaction() as tx:
        tx.switches.save(a_switch(SWITCH, core_id="before"))
    ear.events.core = "after"
    held_when_noted: list[UUID | None] = []
    saved = SqlSwitches.save

    def save(rows: SqlSwitches, switch: Switch) -> None:
        held_when_noted.append(rows._connection.scalar(select(leader_leases.c.holder)))
        saved(rows, switch)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SqlSwitches, "save", save)
        for _ in range(3):
            ear.listener.step()

    assert held_when_noted == [None], "once, and before anything could be dialled"
    assert holder(world) == HOLDERS[0]
    with world.store.reading() as tx:
        noted = tx.switches.named(SWITCH)
    assert noted is not None
    assert (noted.core_id, noted.core_since) == ("after", world.clock.now())
