"""Several switches: a batch is spread, one that refuses or is away is passed over, and nobody waits for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from pendulum import DateTime
from typing_extensions import override

from tests.builders import NOON, a_switch, add_leads, fill_store, stored_settings, viettel
from tests.fakes.telephony import SWITCH, FakeTelephony
from tests.unit.usecases.conftest import LONG_BEFORE, World
from tests.unit.usecases.look import states
from worker.domain.call import CallState, Refused, Ringing
from worker.domain.errors import Conflict, NotFound
from worker.domain.ids import CallId
from worker.domain.leadership import LeaderLease, listener_of
from worker.domain.switch import Switch, SwitchState
from worker.domain.switch_address import SwitchUrl
from worker.domain.switch_refusal import NOT_READY, SwitchNews, SwitchStatus
from worker.ports.dispatch.telephony import Origination, Placed
from worker.usecases.dispatch.handle_events import handle_events
from worker.usecases.dispatch.keep_switches import add_switch, drain_switch, insert_first_list, resume_switch
from worker.usecases.dispatch.watch_switch import watch_switch

OTHER = "10.0.0.2:8021"
LISTENER = LeaderLease(listener_of(SWITCH), UUID(int=77))


class TwoSwitches(FakeTelephony):
    """Remembers which switch got which call."""

    def __init__(self) -> None:
        super().__init__()
        self.configured = {SWITCH, OTHER}
        self.by_switch: Counter[str] = Counter()

    @override
    def place(
        self, originations: Sequence[Origination], *, switch: str, until: DateTime, awaits_begin: bool = False
    ) -> Placed:
        assert all(origination.switch == switch for origination in originations)
        self.by_switch[switch] += len(originations)
        return super().place(originations, switch=switch, until=until, awaits_begin=awaits_begin)


@pytest.fixture
def two(world: World) -> TwoSwitches:
    """Return two heard switches, in a world with ten due leads and room for eight calls."""
    fill_store(world.store, stored_settings(concurrent_call=8))
    add_leads(world.store, viettel(10))
    telephony = world.telephony = TwoSwitches()
    with world.store.transaction() as tx:
        tx.switches.insert_missing([a_switch(SWITCH), a_switch(OTHER)])
        for name in (SWITCH, OTHER):
            lease = LeaderLease(listener_of(name), UUID(int=77))
            tx.leader_leases.acquire(lease, since=LONG_BEFORE, now=NOON)
    return telephony


def change(world: World, name: str, **changed: Any) -> None:
    with world.store.transaction() as tx:
        switch = tx.switches.lock(name)
        assert switch is not None
        tx.switches.save(replace(switch, **changed))


def row(world: World, name: str) -> Switch:
    with world.store.reading() as tx:
        switch = tx.switches.named(name)
    assert switch is not None
    return switch


def on_switches(world: World) -> dict[str, int]:
    with world.store.reading() as tx:
        return dict(tx.switches.calls_up())


def test_a_batch_is_spread_over_the_switches(world: World, two: TwoSwitches) -> None:
    world.place_as_heard(world.plan())

    assert two.by_switch == {SWITCH: 4, OTHER: 4}
    assert on_switches(world) == {SWITCH: 4, OTHER: 4}


@pytest.mark.parametrize(
    "changed",
    [
        {"state": SwitchState.DRAINING},
        {"state": SwitchState.GONE},
        {"refused_cause": NOT_READY, "refused_since": NOON, "refused_until": NOON.add(seconds=3)},
        {"max_sessions": 0},
    ],
)
def test_a_switch_that_takes_no_calls_is_passed_over_and_nothing_waits_for_it(
    world: World, two: TwoSwitches, changed: dict[str, Any]
) -> None:
    change(world, SWITCH, **changed)

    world.place_as_heard(world.plan())

    assert two.by_switch == {OTHER: 8}


def test_calls_wait_while_no_switch_takes_any_and_go_when_one_does(world: World, two: TwoSwitches) -> None:
    for name in (SWITCH, OTHER):
        change(world, name, state=SwitchState.DRAINING)
    call_ids = world.plan()

    placed = world.place_as_heard(call_ids)
    waiting = states(world)
    resume_switch(world.store, OTHER, now=NOON)
    world.place_as_heard(call_ids)

    assert (placed, waiting) == (0, {CallState.QUEUED: 8})
    assert world.queue.sweeps == [1], "they are sent again before the next ordinary sweep"
    assert two.by_switch == {OTHER: 8}


@pytest.mark.usefixtures("two")
def test_what_has_no_room_waits_and_the_rest_goes(world: World) -> None:
    change(world, SWITCH, max_sessions=2)
    change(world, OTHER, max_sessions=3)

    world.place_as_heard(world.plan())

    assert states(world) == {CallState.DIALING: 5, CallState.QUEUED: 3}


def test_one_worker_tries_a_switch_that_refused_by_two_calls(world: World, two: TwoSwitches) -> None:
    change(world, SWITCH, refused_cause="no reply", refused_since=NOON.subtract(seconds=9), refused_until=NOON)
    call_ids = world.plan()

    world.place_as_heard(call_ids[:4])
    world.place_as_heard(call_ids[4:])

    assert two.by_switch == {SWITCH: 2, OTHER: 6}
    assert row(world, SWITCH).refused_until == NOON.add(seconds=1)


def test_a_refusal_is_remembered_for_all_workers_until_a_later_call_gets_through(
    world: World, two: TwoSwitches
) -> None:
    call_ids = world.plan()
    world.place_as_heard(call_ids[:2])
    with world.store.reading() as tx:
        (refused,) = tx.calls.on_switch(SWITCH)
    world.clock.wait(0.1)

    hear(world, Refused(refused.id, "DESTINATION_OUT_OF_ORDER", listening_since=LONG_BEFORE, dial=1))
    first = row(world, SWITCH)
    world.place_as_heard(call_ids[2:6])

    assert (first.refused_cause, first.refused_since) == ("DESTINATION_OUT_OF_ORDER", world.clock.now())
    assert two.by_switch == {SWITCH: 1, OTHER: 5}
    world.clock.wait(1)
    world.place_as_heard(call_ids[6:])
    with world.store.reading() as tx:
        trial = tx.calls.on_switch(SWITCH)[0]
    hear(world, Ringing(trial.id, world.clock.now()))
    assert row(world, SWITCH).refused_cause == ""


def hear(world: World, event: Refused | Ringing) -> None:
    """Handle an event as the listener of the switch does."""
    now = world.clock.now()
    news = handle_events(
        world.store, queue=world.queue, events=[event], lease=LISTENER, now=now, new_id=lambda: UUID(int=1)
    )
    watch_switch(world.store, SWITCH, status=None, news=news, now=now)


@pytest.mark.usefixtures("two")
def test_the_refusal_of_a_gateway_says_nothing_of_the_switch(world: World) -> None:
    world.place_as_heard(world.plan()[:2])
    with world.store.reading() as tx:
        (refused,) = tx.calls.on_switch(SWITCH)

    hear(world, Refused(refused.id, "GATEWAY_DOWN", listening_since=LONG_BEFORE, dial=1))

    assert row(world, SWITCH).refused_cause == ""


@pytest.mark.usefixtures("two")
def test_what_a_switch_says_of_itself_is_written_down(world: World) -> None:
    status = SwitchStatus(is_ready=False, sessions=7, max_sessions=10, sessions_per_second=30)

    watch_switch(world.store, SWITCH, status=status, news=SwitchNews(), now=NOON)

    switch = row(world, SWITCH)
    assert (switch.refused_cause, switch.sessions, switch.max_sessions, switch.heard_at) == (NOT_READY, 7, 10, NOON)
    assert watch_switch(world.store, "nobody:1", status=status, news=SwitchNews(), now=NOON) is None


def test_the_environment_is_only_the_first_list(world: World) -> None:
    first = SwitchUrl.parse("esl://:one@Switch.Example.")
    insert_first_list(world.store, [first], now=NOON)
    drain_switch(world.store, first.name, now=NOON.add(seconds=1))

    insert_first_list(world.store, [SwitchUrl.parse("esl://:two@switch.example:8021")], now=NOON.add(hours=1))

    switch = row(world, "switch.example:8021")
    assert (switch.url, switch.state) == (first.with_password, SwitchState.DRAINING)
    assert switch.state_since == NOON.add(seconds=1)


def test_an_added_switch_comes_back_into_service_with_its_new_password(world: World) -> None:
    url = SwitchUrl.parse("esl://:one@a:1")
    add_switch(world.store, url, weight=1, now=NOON)
    change(world, "a:1", state=SwitchState.GONE)

    with pytest.raises(Conflict):
        resume_switch(world.store, "a:1", now=NOON)
    add_switch(world.store, SwitchUrl.parse("esl://:two@a:1"), weight=5, now=NOON)

    switch = row(world, "a:1")
    assert (switch.state, switch.weight, switch.url) == (SwitchState.ACTIVE, 5, "esl://:two@a:1")
    with pytest.raises(NotFound):
        drain_switch(world.store, "b:1", now=NOON)


def test_the_switches_of_the_rows_are_those_that_are_used(world: World, two: TwoSwitches) -> None:
    world.place_as_heard(world.plan())

    assert two.followed == {SWITCH: f"esl://:x@{SWITCH}", OTHER: f"esl://:x@{OTHER}"}


@pytest.mark.usefixtures("two")
def test_every_call_that_may_be_up_is_counted_on_its_switch(world: World) -> None:
    call_ids: list[CallId] = world.plan()
    world.place_as_heard(call_ids)
    world.place_as_heard(call_ids)

    assert sum(on_switches(world).values()) == len(call_ids)
