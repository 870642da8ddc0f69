"""Two simulated switches, judged by their logs: one dies, pauses, is drained, forgotten or added, the other goes on."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from tests.builders import add_leads, viettel
from tests.integration.dispatching import (
    a_switch_process,
    dialled_twice,
    dials,
    dispatching,
    longest_pause,
    most_up,
    tell,
    wait_for_dials,
)
from tests.stack.switch import SwitchProcess
from tests.stack.waiting import wait_until
from worker.domain.switch import SwitchState
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.keep_switches import (
    add_switch,
    drain_switch,
    forget_switch,
    list_switches,
    resume_switch,
)

CHANNELS = 8
STANDSTILL_SECONDS = 5.0
LEADS = 4000


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    engine = make_engine(request.getfixturevalue(f"{request.param}_url"))
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[SwitchProcess, SwitchProcess]]:
    with a_switch_process(tmp_path, "first") as first, a_switch_process(tmp_path, "second") as second:
        yield first, second


def answering(count: int) -> list[str]:
    """Return numbers whose callees answer."""
    return [f"{number[:-1]}0" for number in viettel(10 * count)[::10]]


def test_a_switch_that_dies_for_good_stops_nobody_and_nobody_is_dialled_twice(
    store: SqlStore, pair: tuple[SwitchProcess, SwitchProcess]
) -> None:
    first, second = pair
    with dispatching(store, first, second, concurrent_call=CHANNELS) as dispatcher:
        add_leads(store, answering(LEADS))
        wait_for_dials(first, count=8)
        wait_for_dials(second, count=8)

        first.kill()
        killed_at = time.time()
        wait_for_dials(second, count=12, since=killed_at)
        until = time.time()
        with store.reading() as tx:
            held = tx.switches.calls_up().get(first.url.name, 0)
        standstill = longest_pause(second, since=killed_at, until=until)
        peak_beside_the_dead = most_up(second, since=killed_at)

        forgotten_at = time.time()
        name, now = first.url.name, dispatcher.clock.now()
        _, ended = forget_switch(store, name, queue=dispatcher.queue, now=now, new_id=uuid7)
        wait_until(lambda: most_up(second, since=forgotten_at) == CHANNELS, seconds=30)

    assert standstill <= STANDSTILL_SECONDS
    assert held + peak_beside_the_dead <= CHANNELS, "calls that may be up on the dead switch hold their slots"
    assert ended == held
    assert dialled_twice(first, second) == set()


def test_calls_go_to_the_other_switch_while_one_is_paused(
    store: SqlStore, pair: tuple[SwitchProcess, SwitchProcess]
) -> None:
    first, second = pair
    with dispatching(store, first, second, concurrent_call=CHANNELS):
        add_leads(store, answering(LEADS))
        wait_for_dials(first, count=4)

        assert tell(first, "fsctl pause outbound") == "+OK\n"
        paused_at = time.time()
        wait_until(lambda: most_up(second, since=paused_at) == CHANNELS, seconds=30)
        full_at = time.time()
        refused = [line for line in first.log() if line.event == "refused" and line.at > full_at]
        tell(first, "fsctl resume outbound")
        resumed_at = time.time()
        wait_for_dials(first, count=4, since=resumed_at)

    assert dials(first, since=paused_at + 1)[0].at >= resumed_at
    assert len(refused) <= CHANNELS
    assert dialled_twice(first, second) == set()


def test_switches_are_added_and_drained_without_a_restart(
    store: SqlStore, pair: tuple[SwitchProcess, SwitchProcess]
) -> None:
    first, second = pair
    with dispatching(store, first, concurrent_call=CHANNELS) as dispatcher:
        add_leads(store, answering(LEADS))
        wait_for_dials(first, count=8)

        add_switch(store, second.url, weight=1, now=dispatcher.clock.now())
        wait_for_dials(second, count=8)
        drain_switch(store, first.url.name, now=dispatcher.clock.now())
        drained_at = time.time()
        wait_until(lambda: most_up(second, since=drained_at) == CHANNELS, seconds=30)
        after_drain = dials(first, since=drained_at + 1)
        resume_switch(store, first.url.name, now=dispatcher.clock.now())
        wait_for_dials(first, count=4, since=time.time())

    assert after_drain == []
    assert [switch.state for switch in list_switches(store)] == [SwitchState.ACTIVE] * 2
    assert dialled_twice(first, second) == set()


def test_a_small_switch_is_not_asked_for_more_than_it_may_carry(store: SqlStore, tmp_path: Path) -> None:
    with (
        a_switch_process(tmp_path, "small", max_sessions=2) as small,
        a_switch_process(tmp_path, "large") as large,
        dispatching(store, small, large, concurrent_call=CHANNELS),
    ):
        wait_until(lambda: [bool(one.max_sessions) for one in list_switches(store)] == [True, True], seconds=30)
        add_leads(store, answering(LEADS))
        started_at = time.time()
        wait_for_dials(large, count=30)
        refused = [line for line in small.log() if line.event == "refused"]
        peak = most_up(small, since=started_at) + most_up(large, since=started_at)

    assert refused == []
    assert peak >= CHANNELS
