"""A listener that was told to stop hands over, or hears the calls that are up to their end, in bounded time."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import pytest
from pendulum import Duration
from typing_extensions import override

from tests.builders import NOON, add_leads, viettel
from tests.fakes.events import FakeEvents
from tests.unit.test_listener import DRAIN, HOLDERS, Ears, holder
from tests.unit.test_listener import ears as ears  # noqa: PLC0414 - a fixture
from tests.unit.usecases.conftest import world as world  # noqa: PLC0414 - a fixture
from tests.unit.usecases.look import an_end, call_row, states
from worker.domain.call import CallEvent, CallState
from worker.domain.errors import Unavailable

Meanwhile = Mapping[int, Callable[[], None]]


class SlowEvents(FakeEvents):
    """Events of a switch for which half a second passes at each wait, and what a test does at the numbered waits."""

    def __init__(self, ears: Ears, meanwhile: Meanwhile) -> None:
        super().__init__(since=NOON.subtract(hours=1))
        self._ears = ears
        self._meanwhile = meanwhile
        self._waits = 0

    @override
    def read(self) -> list[CallEvent]:
        self._wait()
        return super().read()

    @override
    def stand_by(self, memory: Duration | None) -> None:
        super().stand_by(memory)
        self._wait()

    def _wait(self) -> None:
        self._ears.wait(0.5)
        self._waits += 1
        self._meanwhile.get(self._waits, lambda: None)()


class LostStore:
    """A database that cannot be reached."""

    def transaction(self) -> NoReturn:
        raise Unavailable("gone")

    reading = transaction


def stop(ears: Ears, meanwhile: Meanwhile) -> None:
    """Make the first leader, request its stop, and run it to its end."""
    first = ears.each[0]
    first.listener.step()
    first.events = first.listener._source = SlowEvents(ears, meanwhile)
    ears.stops[0].request()
    first.listener.run()


def test_without_a_standby_it_hears_the_calls_that_are_up_to_their_end(ears: Ears) -> None:
    call_id = ears.world.telephony.placed[0].call_id

    stop(ears, {10: lambda: ears.tell(an_end(call_id))})

    assert call_row(ears.world, call_id).state is CallState.ENDED
    assert (5 <= ears.seconds < 7, holder(ears.world)) == (True, None)


def test_what_arrives_while_the_lease_is_offered_is_handled_afterwards(ears: Ears) -> None:
    call_id = ears.world.telephony.placed[0].call_id

    stop(ears, {1: lambda: ears.tell(an_end(call_id))})

    assert call_row(ears.world, call_id).state is CallState.ENDED


def test_it_hears_ends_after_its_connection_broke_and_came_back(ears: Ears) -> None:
    call_id = ears.world.telephony.placed[0].call_id

    def break_off() -> None:
        ears.each[0].events.since = None

    def come_back() -> None:
        ears.each[0].events.since = ears.world.clock.now()

    stop(ears, {5: break_off, 10: come_back, 12: lambda: ears.tell(an_end(call_id))})

    assert call_row(ears.world, call_id).state is CallState.ENDED


def test_nobody_is_dialled_through_a_listener_that_only_waits_for_ends(ears: Ears) -> None:
    world, dialled = ears.world, list[int]()
    add_leads(world.store, viettel(1, start=1))
    waiting = world.plan()

    stop(ears, {20: lambda: dialled.append(world.place_as_heard(waiting))})

    assert dialled == [0]


def test_it_leaves_when_its_standby_leads(ears: Ears) -> None:
    stop(ears, {2: ears.each[1].listener.step})

    assert holder(ears.world) == HOLDERS[1]
    assert states(ears.world) == {CallState.DIALING: 1}
    assert ears.seconds < 3


def test_a_standby_leaves_at_once(ears: Ears) -> None:
    for ear in ears.each:
        ear.listener.step()

    ears.stops[1].request()
    ears.each[1].listener.run()

    assert (holder(ears.world), ears.seconds) == (HOLDERS[0], 0)


def test_it_leaves_after_the_drain_time_though_calls_are_up(ears: Ears) -> None:
    stop(ears, {})

    assert 0 <= ears.seconds - DRAIN.total_seconds() < 1
    assert (states(ears.world), holder(ears.world)) == ({CallState.DIALING: 1}, None)


def test_events_that_a_lost_database_does_not_take_are_given_up_after_the_drain_time(
    ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    listener: Any = ears.each[0].listener  # Any: the test takes its database away

    def vanish() -> None:
        ears.tell(an_end(ears.world.telephony.placed[0].call_id))
        listener._services.store = listener._leadership.store = LostStore()
        ears.wait(DRAIN.total_seconds())

    stop(ears, {10: vanish})

    dropped = [vars(record) for record in caplog.records if vars(record).get("action") == "events_dropped"]
    assert [record["events"] for record in dropped] == [1]
